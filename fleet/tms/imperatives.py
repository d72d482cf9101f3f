"""Orders as they are sent: what the profile asks for, put into messages."""

from collections.abc import Iterator
from typing import Final

from fleet.profile.campaigns import Campaign
from fleet.profile.campaigns import Window as PlannedWindow
from fleet.profile.profile import Profile
from fleet.profile.scenario import Order as PlannedOrder
from fleet.units import MINUTE_MS
from fleet.wire.messages import (
    AnyOrder,
    CancelUpdate,
    Lock,
    MasterReset,
    Reboot,
    SelfTest,
    SetParameters,
    Unlock,
    Update,
    UploadLog,
    Window,
)
from fleet.wire.package import Package, checksum, signature
from fleet.wire.password import estate_secret

_NO_SIGNATURE = "0" * 64


Plain = Reboot | Lock | Unlock | SelfTest | UploadLog | MasterReset | CancelUpdate


def order_message(asked: PlannedOrder, number: int, at: int) -> AnyOrder:
    """Return a planned order, to take effect at the Unix time `at`, in milliseconds."""
    if asked.order == "set_parameters":
        return SetParameters(plan=number, at=at, heartbeat_ms=asked.heartbeat_interval or 0)
    return _PLAIN[asked.order](plan=number, at=at)


_PLAIN: Final[dict[str, type[Plain]]] = {
    "reboot": Reboot,
    "lock": Lock,
    "unlock": Unlock,
    "self_test": SelfTest,
    "upload_log": UploadLog,
    "master_reset": MasterReset,
    "cancel_update": CancelUpdate,
}


def package_of(profile: Profile, campaign: Campaign, version: str) -> Package:
    """Return what a campaign sends."""
    rule = profile.update
    return Package(campaign.kind, version, campaign.size or rule.package, rule.chunk)


def packages(profile: Profile) -> Iterator[Package]:
    """Yield everything that a campaign may send: its own version, and firmware to fall back to."""
    firmware = {model.firmware for model in profile.estate.models}
    firmware |= {c.version for c in profile.campaigns if c.kind == "firmware"}
    for campaign in profile.campaigns:
        yield package_of(profile, campaign, campaign.version)
        if campaign.rollback and campaign.kind == "firmware":
            yield from (package_of(profile, campaign, version) for version in sorted(firmware))


def update_message(profile: Profile, seed: int, campaign: Campaign, number: int, at: int) -> Update:
    """Return a campaign's update, to take effect at the Unix time `at`, in milliseconds."""
    package = package_of(profile, campaign, campaign.version)
    sha256 = checksum(package)
    signed = signature(estate_secret(seed), package, sha256) if campaign.signed else _NO_SIGNATURE
    return Update(
        plan=number,
        at=at,
        version=campaign.version,
        campaign=campaign.name,
        what=campaign.kind,
        reason=campaign.reason,
        forced=campaign.forced,
        wifi_only=campaign.wifi_only,
        window=_window(campaign.window),
        expires=at + campaign.expires if campaign.expires else 0,
        made_for=campaign.made_for,
        size=package.size,
        chunk=package.chunk,
        sha256=sha256,
        signature=signed,
    )


def withdrawal_message(  # noqa: PLR0913, PLR0917 - all that an order says
    profile: Profile, seed: int, campaign: Campaign, old: str, number: int, at: int
) -> AnyOrder:
    """Return what takes a campaign back: the old version where there is one, else a word."""
    if not old:
        return CancelUpdate(plan=number, at=at, version=campaign.version)
    package = package_of(profile, campaign, old)
    sha256 = checksum(package)
    return Update(
        plan=number,
        at=at,
        version=old,
        campaign=campaign.name,
        reason="security",
        forced=True,
        size=package.size,
        chunk=package.chunk,
        sha256=sha256,
        signature=signature(estate_secret(seed), package, sha256),
    )


def _window(window: PlannedWindow | None) -> Window | None:
    if window is None:
        return None
    return Window(window.opens // MINUTE_MS, window.closes // MINUTE_MS)
