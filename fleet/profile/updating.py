"""How a terminal is updated: the automatic way, the manual one, maintenance, and what goes wrong.

No vendor publishes how often updates fail, or why. The first attempt fails in 3 % of cases, split
55 : 10 : 5 : 20 : 10 into download, storage, checksum, installation and post-installation test: a
guess that the defaults below add up to. Error codes are those of PAX's and ISO 20022's lists.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from fleet.chance.parametric import Lognormal
from fleet.profile.laws import DurationLaw, since_midnight
from fleet.profile.values import (
    DURATION,
    SIZE,
    ClosedDay,
    Duration,
    Many,
    Probability,
    Section,
    Size,
    Span,
)
from fleet.units import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Millis
from fleet.wire.package import BLOCK_BYTES, CHUNK_BYTES_MAX

Few = Annotated[int, Field(ge=0, le=1_000)]
TimeOfDay = Annotated[Duration, Field(lt=DAY_MS), BeforeValidator(since_midnight)]


class Update(Section):
    """Updates: offered when idle, guarded, prompted, fetched, checked, installed, tested."""

    idle: Duration = 30 * MINUTE_MS
    """Idle time before an update is offered; sourced: terminals' update instructions."""
    heartbeats: Few = 2
    """Heartbeats since boot before it is offered; sourced: terminals' update instructions."""
    response: DurationLaw = Lognormal.from_p95(20 * SECOND_MS, 2 * MINUTE_MS)
    """Time until the merchant answers the prompt; a guess."""
    defer: Probability = 0.4
    """Chance that the merchant defers; a guess."""
    defer_for: DurationLaw = Lognormal.from_p95(4 * HOUR_MS, 12 * HOUR_MS)
    """How long it is put off; a guess."""
    defers_max: Few = 3
    """After so many deferrals the update goes ahead (LwM2M's maximum defer period); a guess."""
    defers_max_security: Few = 1
    """The same for a security update, which is more urgent; a guess."""

    batch: Literal["settled", "empty"] = "settled"
    """What must hold of the batch: no reversal or stored payment is on its way, or no payment of
    the day is left at all, as PAX asks for (sourced: its support pages)."""
    battery_min: Annotated[int, Field(ge=0, le=100)] = 30
    """Charge in percent below which a terminal without mains is not updated; a guess."""
    wifi_found: Probability = 0.3
    """Chance that a terminal on mobile data finds a Wi-Fi when an update asks for one; a guess."""
    recheck: Span = 30 * MINUTE_MS
    """Time until a guard that said no is asked again; a guess."""

    backup: DurationLaw = Lognormal.from_p95(20 * SECOND_MS, 60 * SECOND_MS)
    """Time to back up signatures, customers and transactions; a guess."""
    backup_failure: Probability = 0.005
    """Chance that there is no backup when the update begins; a guess."""

    package: Size = 2 * 2**20
    """Size of a package, where its campaign does not say; a guess."""
    chunk: Annotated[int, Field(gt=0, multiple_of=BLOCK_BYTES, le=CHUNK_BYTES_MAX), SIZE] = (
        64 * 2**10
    )
    """It comes in chunks of this size, a multiple of 4 KiB up to 1 MiB."""
    transfer: Literal["chunks", "drawn"] = "chunks"
    """Whether chunks really go over the link and are verified, or only take their time.

    Lives are the same, event by event; `drawn` is for estates that are to be large, not loud.
    """
    download: DurationLaw = Lognormal.from_p95(3 * MINUTE_MS, 12 * MINUTE_MS)
    """Time to download a package, spread evenly over its chunks; a guess."""
    chunk_timeout: Span = 30 * SECOND_MS
    """Protocol time to wait for a chunk; a guess."""
    chunk_retries: Few = 3
    """How often a chunk that did not come is asked for again in a row; a guess."""
    stall: Probability = 0.02
    """Chance that a download comes to a stand for a while; a guess."""
    stalled: DurationLaw = Lognormal.from_p95(4 * MINUTE_MS, 40 * MINUTE_MS)
    """How long it stands still; a guess."""
    pause_max: Span = HOUR_MS
    """A download that has stood still for longer, or lost its link, has failed; a guess."""

    rejected: Probability = 0.001
    """Chance that the terminal refuses the update when it is to begin; a guess."""
    expired: Probability = 0.0005
    """Chance that the package is no longer to be had when it is asked for; a guess."""
    cancelled: Probability = 0.0005
    """Chance that the user deletes what was downloaded (PAX 22); a guess."""
    no_space: Probability = 0.003
    """Chance that there is no space for it: 10 % of 3 %; a guess."""
    download_failure: Probability = 0.0165
    """Chance that the download fails: 55 % of a first-attempt failure of 3 %; a guess."""
    checksum_failure: Probability = 0.0015
    """Chance that a byte is wrong, which the checksum shows: 5 % of 3 %; a guess."""
    wrong_version: Probability = 0.0005
    """Chance that the package holds another version than it says (PAX 7, 20); a guess."""
    parameter_interrupted: Probability = 0.001
    """Chance that the link is lost while parameters come, which cannot be resumed; a guess."""
    interface_lost: Probability = 0.002
    """Chance that new parameters leave a way to pay not enabled (PAY-801); a guess."""

    install: DurationLaw = Lognormal.from_p95(2 * MINUTE_MS, 5 * MINUTE_MS)
    """Time to install firmware or an app, without the reboot; a guess."""
    apply: DurationLaw = Lognormal.from_p95(10 * SECOND_MS, 30 * SECOND_MS)
    """Time to put parameters or keys into force; a guess."""
    install_failure: Probability = 0.006
    """Chance that the installation fails: 20 % of 3 %; a guess."""
    bricked: Probability = 0.0002
    """Chance that it leaves the terminal unable to start; a guess (the event: Verifone H5000)."""
    functional_test: DurationLaw = Lognormal.from_p95(30 * SECOND_MS, 90 * SECOND_MS)
    """Time to test transactions, data transfer and stability; a guess."""
    compatibility_test: DurationLaw = Lognormal.from_p95(15 * SECOND_MS, 45 * SECOND_MS)
    """Time to test the new version with the terminal's own parts; a guess."""
    post_test_failure: Probability = 0.0025
    """Chance that the functional test fails, and the update is rolled back; see the next."""
    compatibility_failure: Probability = 0.0005
    """Chance that the compatibility test fails; both together 10 % of 3 %; a guess."""
    migration_failure: Probability = 0.0003
    """Chance that old data does not fit the new version; lost without a backup; a guess."""
    attempts_max: Annotated[int, Field(ge=1, le=1_000)] = 2
    """After so many failures the automatic way is shut (as Verifone VHQ does); number a guess."""

    manual_after: DurationLaw = Lognormal.from_p95(2 * HOUR_MS, 12 * HOUR_MS)
    """Time from there until somebody updates it by hand; a guess."""
    manual: DurationLaw = Lognormal.from_p95(15 * MINUTE_MS, 45 * MINUTE_MS)
    """Time that it takes by hand, from the registration to the reboot; a guess."""
    manual_declined: Probability = 0.1
    """Chance that nobody does, and the old version stays; a guess."""
    manual_failure: Probability = 0.02
    """Chance that it fails by hand as well, and the old version stays; a guess."""
    wrong_master_password: Probability = 0.03
    """Chance that the master maintenance password is mistyped; a guess."""


class Maintenance(Section):
    """A nightly span in which the terminal is maintained and the merchant should not use it."""

    opens: TimeOfDay
    """Local time of day at which it begins: ``"02:00"``, or ``"2h"`` after midnight."""
    lasts: Annotated[Millis, Field(gt=0, lt=DAY_MS), DURATION] = HOUR_MS
    """How long it lasts."""
    weekdays: Many[ClosedDay] = ()
    """Days on which it opens; every day if empty."""
    used: Probability = 0.05
    """Chance that the merchant uses the terminal in it all the same; a guess."""
    lost: Probability = 0.1
    """Chance that data is then lost; else it is only late. A guess; that either happens is sourced:
    terminals' update instructions."""
