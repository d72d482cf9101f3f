"""*Fleet*: is the estate well?"""

from typing import Final

from dashboards.estate import IN_USE, LINKED, SERVING
from dashboards.panels import (
    GRAFANA,
    Board,
    Look,
    Panel,
    Query,
    Row,
    by,
    latency,
    one,
    part,
)
from dashboards.queries import Not, prefix_of_code, share, total

_now, _rate = GRAFANA.now, GRAFANA.rate
_REGIONAL: Final = _now("fleet_region_terminals", region="$region")
_SERVING: Final = _now("fleet_region_terminals", region="$region", state=SERVING)
_IN_USE: Final = _now("fleet_region_terminals", region="$region", state=IN_USE)
_EXPECTED: Final = _now("fleet_region_terminals", region="$region", state=LINKED)
_LINKED: Final = _now("fleet_region_connected_terminals", region="$region")
_ANSWERED: Final = _rate("fleet_messages_received_total", kind="heartbeat")
_BEATS: Final = _rate("fleet_heartbeats_total")
_SIGN_INS: Final = "fleet_sign_ins_total"

FLEET: Final = Board(
    "fleet",
    "Fleet",
    "Is the estate well: states, availability, sign-ins, heartbeats, faults and repairs.",
    by_region=True,
    rows=(
        Row("At a glance", (
            Panel("Terminals", "All terminals of the regions chosen, in whatever state.", "short",
                  one(total(_REGIONAL)), Look.FIGURE, span=4),
            Panel("Connected", "Terminals of the regions chosen whose MQTT link is up.", "short",
                  one(total(_LINKED)), Look.FIGURE, span=4),
            Panel("Availability", "Share of switched-on terminals that serve: in standby or ready. "
                  "Below 90 % in opening hours, look at the states.", "percentunit",
                  part(_SERVING, _IN_USE), Look.FIGURE, span=4, top=1),
            Panel("Sign-ins that succeed", "Share of sign-in attempts that succeed. Wrong "
                  "passwords alone cost about 3 %.", "percentunit",
                  part(_rate(_SIGN_INS, outcome="ok"), _rate(_SIGN_INS)), Look.FIGURE,
                  span=4, top=1),
            Panel("Active faults", "Faults raised and not yet cleared.", "short",
                  one(total(_now("fleet_active_faults"))), Look.FIGURE, span=4),
            Panel("Heartbeats unanswered", "Share of heartbeats that the TMS has not acknowledged. "
                  "Meaningless where the profile asks for no acknowledgement.", "percentunit",
                  one(f"clamp_min(1 - {share(total(_ANSWERED), total(_BEATS))}, 0)"),
                  Look.FIGURE, rare=True, span=4, top=1),
        )),
        Row("States", (
            Panel("Terminals by state", "Every terminal is in exactly one state, so the stack is "
                  "the estate. A growing band that is neither ready, standby nor off is trouble.",
                  "short", by("state", _REGIONAL), Look.STACK, span=12),
            Panel("Connected and expected", "Terminals whose MQTT link is up, and those in a state "
                  "that keeps one. Where the first falls below the second, links are down; those "
                  "that update are connected, but need not be.", "short",
                  (Query(total(_LINKED), "connected"), Query(total(_EXPECTED), "expected")),
                  span=12),
            Panel("Availability by region", "Share of switched-on terminals that serve, by region. "
                  "One region alone: look for what its terminals share.", "percentunit",
                  one(share(total(_SERVING, "region"), total(_IN_USE, "region")), "{{region}}"),
                  span=12, top=1),
            Panel("Links up by region", "Share of the terminals expected that are connected, by "
                  "region. One region alone is its network; all of them, the broker.",
                  "percentunit",
                  one(f"clamp_max({share(total(_LINKED, 'region'), total(_EXPECTED, 'region'))}, "
                      "1)", "{{region}}"),
                  span=12, top=1),
        )),
        Row("Sign-in", (
            Panel("Sign-ins by outcome", "Attempts per second by outcome. `malfunction` is the "
                  "server's fault, `wrong_password` the operator's.", "cps",
                  by("outcome", _rate(_SIGN_INS)), Look.STACK, span=12),
            Panel("Sign-ins that fail", "Share of attempts by outcome, without those that succeed.",
                  "percentunit",
                  one(f"{total(_rate(_SIGN_INS, outcome=Not('ok')), 'outcome')} "
                      f"/ ignoring (outcome) group_left () ({total(_rate(_SIGN_INS))} > 0)",
                      "{{outcome}}"), span=12),
            *latency("Sign-in latency", "fleet_sign_in_response_seconds",
                     "From the instant a sign-in was due to its answer, in protocol time.",
                     "fleet_sign_in_duration_seconds"),
        )),
        Row("Heartbeats", (
            Panel("Heartbeats", "Sent and acknowledged per second. The lines part when heartbeats "
                  "or their answers are lost.", "mps",
                  (Query(total(_BEATS), "sent"), Query(total(_ANSWERED), "acknowledged"))),
            Panel("Heartbeat loss", "Share of heartbeats without an acknowledgement.",
                  "percentunit",
                  one(f"clamp_min(1 - {share(total(_ANSWERED), total(_BEATS))}, 0)", "lost"),
                  rare=True, top=1),
            Panel("Heartbeats per connected terminal", "Falls when terminals hang: their link is "
                  "up but they say nothing.", "mps",
                  one(share(total(_BEATS), total(GRAFANA.average("fleet_connected_terminals"))),
                      "per terminal")),
        )),
        Row("Business, and the TMS's own picture", (
            Panel("Payments by outcome", "Per second. `lost` are customers who came while the "
                  "terminal could not serve. Only payments that are lived are counted.", "cps",
                  by("outcome", _rate("fleet_transactions_total")), Look.STACK, rare=True),
            Panel("Reversals by outcome", "Per second. Queued ones that do not end pile up until "
                  "the settlement.", "cps", by("outcome", _rate("fleet_reversals_total")),
                  rare=True),
            Panel("Settlements by outcome", "Per second, at the end of the shops' day.", "cps",
                  by("outcome", _rate("fleet_settlements_total")), Look.STACK, rare=True),
            Panel("Terminals as the TMS sees them", "By when it heard from them. It knows of an "
                  "outage later than the terminals do.", "short",
                  by("view", _now("fleet_tms_terminals")), Look.STACK, span=12),
            Panel("Found offline by the TMS", "Per second, by the sign that told: the broker's "
                  "last will, a goodbye, or silence.", "cps",
                  by("sign", _rate("fleet_tms_offline_total")), rare=True, span=12),
        )),
        Row("Faults", (
            Panel("Active faults by class", "Faults raised and not yet cleared. A class that "
                  "climbs while the others stay has a cause in common.", "short",
                  by("fault_class", _now("fleet_active_faults")), Look.STACK),
            Panel("Faults raised by class", "Onsets per second by the letters of the code.", "cps",
                  by("prefix", prefix_of_code(_rate("fleet_faults_total"))), Look.STACK),
            Panel("Faults raised by code", "Onsets per second by code; each is explained under "
                  "`docs/faults.md`.", "cps", by("code", _rate("fleet_faults_total"))),
            Panel("Repairs by code", "Faults cleared per second. Onsets without repairs pile up.",
                  "cps", by("code", _rate("fleet_faults_cleared_total"))),
            Panel("Forced shutdowns by cause", "Per second. The watchdog ends software that "
                  "hangs, an operator pulls the plug; all other causes are the terminal's own.",
                  "cps",
                  by("cause", _rate("fleet_forced_shutdowns_total")), Look.STACK),
            Panel("Common causes under way", "What strikes many terminals at once, as the profile "
                  "has it. Other panels have their reason here.", "short",
                  by("cause", _now("fleet_common_causes_active")), Look.STACK, rare=True),
            Panel("Self-tests by outcome", "Per second, at every boot. `failed` keeps a terminal "
                  "out of service.", "cps", by("outcome", _rate("fleet_self_tests_total")),
                  Look.STACK, span=12),
            Panel("Failed steps by component", "Self-test steps that failed, per second.", "cps",
                  by("component", _rate("fleet_self_test_failures_total")), span=12),
        )),
    ),
)  # fmt: skip
