"""The committed files against the code, and each check against a file that breaks it."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from dashboards import check, grafana, lint, names
from dashboards.boards import BOARDS
from dashboards.panels import WHOLE_ESTATE
from fleet.watch.colours import STATE_COLOURS

Spoil = Callable[[dict[str, Any]], None]


def test_all_is_well() -> None:
    """Files are fresh, rules are kept, every name is declared, every alert has its entry."""
    assert check.complaints() == []


@pytest.fixture
def dashboard() -> dict[str, Any]:
    """A dashboard that keeps all rules."""
    return copy.deepcopy(grafana.build(BOARDS[0]))


def first_panel(dashboard: dict[str, Any]) -> dict[str, Any]:
    """Return the first panel that is no row."""
    return next(each for each in dashboard["panels"] if each["type"] != "row")


def ask(dashboard: dict[str, Any], text: str) -> None:
    """Put a query into the first panel."""
    first_panel(dashboard)["targets"][0]["expr"] = text


SCOPE = 'job=~"$job", instance=~"$instance"'


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: d["templating"]["list"].pop(0), "one data source variable"),
        (lambda d: d["templating"]["list"][1].update(refresh=1), "$job is not asked anew"),
        (lambda d: d["templating"]["list"][1].update(label=""), "$job has no label"),
        (lambda d: d.update(editable=True), "cannot be edited"),
        (lambda d: d["panels"].reverse(), "not numbered"),
        (lambda d: first_panel(d)["gridPos"].update(w=24), "overlap"),
        (lambda d: first_panel(d).update(description=""), "no description"),
        (lambda d: first_panel(d)["fieldConfig"]["defaults"].pop("unit"), "no unit"),
        (lambda d: first_panel(d).update(datasource=None), "data source chosen"),
        (lambda d: first_panel(d).update(targets=[]), "asks nothing"),
        (lambda d: first_panel(d)["targets"][0].pop("refId"), "not lettered"),
        (lambda d: ask(d, "sum("), "sum("),
        (lambda d: ask(d, "sum(fleet_terminals)"), "does not ask for the job"),
        (lambda d: ask(d, f"rate(fleet_heartbeats_total{{{SCOPE}}}[5m])"), "$__rate_interval"),
        (lambda d: ask(d, f"sum(fleet_heartbeats_total{{{SCOPE}}})"), "counts, but"),
        (lambda d: ask(d, f"rate(fleet_terminals{{{SCOPE}}}[$__rate_interval])"),
         "does not count, but"),
        (lambda d: ask(d, f"sum(fleet_terminals{{{SCOPE}}})"), "neither asks for the regions"),
    ],
)  # fmt: skip
def test_each_rule_is_enforced(dashboard: dict[str, Any], spoil: Spoil, words: str) -> None:
    """The linter finds every mistake that it is there for, and nothing before it was made."""
    assert lint.complaints(dashboard) == []
    spoil(dashboard)
    assert any(words in complaint for complaint in lint.complaints(dashboard))


def test_a_misspelt_key_is_found(dashboard: dict[str, Any]) -> None:
    """A key that Grafana does not know is lost on the round trip, and named."""
    assert check.lost_keys(dashboard) == []
    first_panel(dashboard)["options"]["colourMode"] = "value"
    assert check.lost_keys(dashboard) == [".panels[1].options.colourMode"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fleet_terminalz", "nothing exports fleet_terminalz"),
        ("fleet_heartbeat_ack_seconds", "nothing exports fleet_heartbeat_ack_seconds"),
        ('fleet_terminals{status="ready"}', "fleet_terminals has no label status"),
        ('fleet_terminals{state=~"ready|gone"}', "fleet_terminals{state} is never ready|gone"),
        ("sum by (colour) (fleet_terminals)", "nothing has a label colour"),
    ],
)
def test_names_that_nobody_exports_are_found(text: str, words: str) -> None:
    """A text that was written by hand is held against the declaration too."""
    assert names.strangers(text) == [words]


def test_a_family_that_no_panel_shows_is_found() -> None:
    """Whatever is declared has its panel; without the boards that have it, it is named."""
    assert list(check.unseen()) == []
    unseen = list(check.unseen([board for board in BOARDS if board.uid != "fleet-generator"]))
    assert "no panel shows fleet_shard_terminals" in unseen
    assert "no panel shows fleet_terminals" not in unseen


def test_a_panel_that_is_not_there_is_found() -> None:
    """The runbook sends nobody to a panel that was renamed."""
    text = "*Fleet / Heartbeats*, *Load / Connect*, *Load / Nothing*, *Board / Panel*"
    assert check.lost_panels(text) == ["Load / Nothing"]


def test_what_regions_cannot_narrow_says_so() -> None:
    """With regions to choose from, each panel asks for those chosen or speaks of all of them."""
    fleet = BOARDS[0]
    assert {panel.by_region for panel in fleet.panels} == {True, False}
    for panel in fleet.panels:
        assert panel.by_region != fleet.describe(panel).endswith("whichever are chosen.")
    assert not any(WHOLE_ESTATE in board.describe(p) for board in BOARDS[1:] for p in board.panels)


def test_prose_is_read_too() -> None:
    """A metric in a page of the docs must exist; a prefix of several may stand for them."""
    text = (
        "See `fleet_terminals`, `fleet_heartbeat_ack_seconds_bucket`, `fleet_shard_*`, `fleet_x`."
    )
    assert names.strangers_in_prose(text) == ["fleet_x"]


def test_files_are_the_same_in_every_build() -> None:
    """Building twice gives the same bytes, with sorted keys and numbered panels."""
    for board in BOARDS:
        text = grafana.render(board)
        assert text == grafana.render(board)
        assert list(json.loads(text)) == sorted(json.loads(text))


def test_states_are_drawn_as_in_the_live_view() -> None:
    """The stack of states shows each in the one colour that is declared for it."""
    (board,) = (board for board in BOARDS if board.uid == "fleet")
    panels = grafana.panels_of(grafana.build(board))
    (stack,) = (panel for panel in panels if panel.get("title") == "Terminals by state")
    drawn = {
        override["matcher"]["options"]: override["properties"][0]["value"]["fixedColor"]
        for override in stack["fieldConfig"]["overrides"]
        if override["matcher"]["id"] == "byName"
    }
    assert drawn == {state.value: colour.hex for state, colour in STATE_COLOURS.items()}
