"""*Updates*: does the new firmware arrive, and does it stay?"""

from typing import Final

from dashboards.estate import UPDATE_ENDS, UPDATE_FAILURES
from dashboards.panels import GRAFANA, Board, Look, Panel, Row, by, latency, one, part
from dashboards.queries import share, total

_now, _rate = GRAFANA.now, GRAFANA.rate
_UPDATES: Final = "fleet_updates_total"
_FIRMWARE: Final = _now("fleet_firmware_terminals")


def _since(outcome: str) -> str:
    return total(GRAFANA.increase(_UPDATES, "$__range", outcome=outcome))


UPDATES: Final = Board(
    "fleet-updates",
    "Updates",
    "Does the new firmware arrive: adoption, outcomes, durations and rollbacks.",
    rows=(
        Row("In the range shown", (
            Panel("Offered", "Updates put to a merchant, deferred ones each time anew.", "short",
                  one(_since("offered")), Look.FIGURE, span=4),
            Panel("Deferred", "Offers that the merchant put off.", "short",
                  one(_since("deferred")), Look.FIGURE, span=4),
            Panel("Succeeded", "Updates that proved themselves: the new version runs and the "
                  "operator is signed in again.", "short",
                  one(_since("succeeded")), Look.FIGURE, span=4),
            Panel("Failed", "Attempts that failed in download, check or installation.", "short",
                  one(_since("failed")), Look.FIGURE, rare=True, span=4),
            Panel("Rolled back", "Installed versions that failed their test, so that the old one "
                  "came back. More than a few: stop the campaign.", "short",
                  one(_since("rolled_back")), Look.FIGURE, rare=True, span=4),
            Panel("Attempts that succeed", "Of the attempts that have ended.", "percentunit",
                  part(GRAFANA.increase(_UPDATES, "$__range", outcome="succeeded"),
                       GRAFANA.increase(_UPDATES, "$__range", outcome=UPDATE_ENDS)),
                  Look.FIGURE, span=4, top=1),
        )),
        Row("Adoption", (
            Panel("Firmware in the field", "Terminals by the version they run.", "short",
                  by("version", _FIRMWARE), Look.STACK, span=12),
            Panel("Share of each version", "Of all terminals. A campaign is done when its line is "
                  "flat; where it is flat too low, merchants defer or attempts fail.",
                  "percentunit",
                  one(f"{total(_FIRMWARE, 'version')} / ignoring (version) group_left () "
                      f"{total(_FIRMWARE)}", "{{version}}"), span=12, top=1),
        )),
        Row("Campaigns", (
            Panel("Progress", "Terminals that the TMS has ordered to update, by campaign and by "
                  "what it last heard of them.", "short",
                  one(total(_now("fleet_campaign_terminals"), "campaign", "outcome"),
                      "{{campaign}}: {{outcome}}"), Look.STACK, span=16),
            Panel("Stopped", "1 once the TMS has stopped a campaign, as too many of its terminals "
                  "had failed.", "short", by("campaign", _now("fleet_campaign_stopped")),
                  rare=True, span=8),
        )),
        Row("Outcomes", (
            Panel("Updates by outcome", "Per second. Failures that follow offers closely are the "
                  "download's, later ones the installation's.", "cps",
                  by("outcome", _rate(_UPDATES)), span=12),
            Panel("Failures and rollbacks", "Per second; zero on a good day. A bricked terminal "
                  "does not come back by itself.", "cps",
                  by("outcome", _rate(_UPDATES, outcome=UPDATE_FAILURES)),
                  Look.STACK, rare=True, span=6),
            Panel("Attempts that fail", "Share of the attempts that end, in the rate's window.",
                  "percentunit",
                  one(share(total(_rate(_UPDATES, outcome=UPDATE_FAILURES)),
                            total(_rate(_UPDATES, outcome=UPDATE_ENDS))), "fail"),
                  rare=True, span=6, top=1),
        )),
        Row("Durations", (
            *latency("From the order", "fleet_update_response_seconds",
                     "Business time from the order of an update until it had proved itself: "
                     "waiting for idle hours and for the merchant's consent included."),
            *latency("From the merchant's consent", "fleet_update_duration_seconds",
                     "Business time from accepting an update until it had proved itself."),
        )),
    ),
)  # fmt: skip
