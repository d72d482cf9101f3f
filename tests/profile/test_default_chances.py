"""Every chance that a profile may ask for comes out as asked; a new one must say where."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from fleet.chance.streams import Purpose, Streams
from fleet.profile.profile import Profile
from fleet.profile.values import Probability
from tests.life.lives import within_4_sigma
from tests.life.test_chances_of_life import LOTS

ROOT: Final = Path(__file__).parents[2]
POPULATION = 2_000
MEANS: Final = get_args(Probability)[1]


def chances(kind: Any, path: str = "", above: tuple[Any, ...] = ()) -> Iterator[str]:
    """Yield the dotted path of every chance below a type of a profile."""
    origin = get_origin(kind)
    if origin is Annotated:
        if MEANS in get_args(kind)[1:]:
            yield path
        else:
            yield from chances(get_args(kind)[0], path, above)
    elif origin in {Union, UnionType, tuple, dict}:
        for each in get_args(kind):
            yield from chances(each, path, above)
    elif isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in above:
        tagged = get_type_hints(kind).get("kind")
        branch = f"{path}[{get_args(tagged)[0]}]" if path == "causes" and tagged else path
        for name, each in get_type_hints(kind, include_extras=True).items():
            yield from chances(each, f"{branch}.{name}".lstrip("."), (*above, kind))


CHANCES: Final = sorted(set(chances(Profile)))
_RATES = "tests/life/updating/test_rates.py::test_a_chance_comes_out_as_asked"
_BY_HAND = "tests/life/updating/test_rates.py::test_the_manual_way_goes_wrong_as_asked"
_SPAN = "tests/life/updating/test_rates.py::test_the_span_is_used_and_data_lost_as_asked"
_POWER = "tests/life/test_power.py::test_rare_events_of_power_come_as_often_as_asked"
_ENROLMENT = "tests/life/test_enrolment.py::test_refusals_come_as_often_as_asked"
_PAYMENTS = "tests/life/test_transaction.py::test_each_outcome_is_as_frequent_as_its_chance"
_TRANSPORT = "tests/dataset/test_transport.py"
_SHARES = "tests/life/test_signin.py::test_channels_have_their_shares_and_lockouts_their_forgetful"

# Where each is lived through, many times, and counted.
LIVED: Final = {
    **{f"update.{name}": _RATES for name in (
        "defer", "backup_failure", "stall", "rejected", "expired", "cancelled", "no_space",
        "download_failure", "checksum_failure", "wrong_version", "parameter_interrupted",
        "interface_lost",
        "install_failure", "bricked", "post_test_failure", "compatibility_failure",
        "migration_failure")},
    **{f"update.{name}": _BY_HAND for name in (
        "manual_declined", "manual_failure", "wrong_master_password")},
    **{f"maintenance.{name}": _SPAN for name in ("used", "lost")},
    **dict.fromkeys(("boot.failure", "shutdown.hang", "dormancy.chance"), _POWER),
    **{f"tms.registration_{name}": _ENROLMENT for name in ("taken", "unknown")},
    **{f"transactions.{name}": _PAYMENTS for name in (
        "verification_failure", "declined", "timed_out", "batch_mismatch", "mac_error")},
    "transactions.messages":
        "tests/life/test_transaction.py::test_a_share_of_the_terminals_may_live_its_payments",
    "settlement.mismatch":
        "tests/life/test_settlement.py::test_mismatches_are_as_frequent_as_their_chance",
    "self_test.failure":
        "tests/life/test_selftest.py::test_each_test_fails_as_often_as_asked",
    "diagnosis.transient": "tests/life/test_selftest.py::test_diagnoses_split_as_asked",
    "damage.data_loss": "tests/life/test_shutdown.py::test_data_is_lost_as_often_as_asked",
    "sign_in.wrong_password":
        "tests/life/test_signin.py::test_wrong_passwords_come_as_often_as_asked",
    "sign_in.forgotten": _SHARES,
    "sign_in.signature_failure":
        "tests/life/test_signin.py::test_signatures_fail_as_often_as_asked",
    "tms.sign_in_malfunction":
        "tests/tms/test_desk.py::test_malfunctions_strike_as_often_as_asked_and_always_the_same",
    "tms.sign_in_refusals":
        "tests/life/test_signin.py::test_every_refusal_comes_as_often_as_asked",
    "hazards.early":
        "tests/life/faults/test_risks.py"
        "::test_early_failures_come_to_the_share_of_units_that_have_a_defect",
    "support.no_fault_found":
        "tests/life/faults/test_ladder.py::test_the_depot_finds_nothing_as_often_as_asked",
    "estate.duplicate_tids":
        "tests/profile/test_members.py::test_identifiers_given_twice_are_given_to_pairs",
    **{f"dataset.missing.{name}": f"{_TRANSPORT}::test_records_are_lost_as_often_as_asked"
       for name in ("at_random", "weak_signal", "ailing")},
    **{f"dataset.missing.{name}": f"{_TRANSPORT}::test_records_are_late_or_doubled_as_asked"
       for name in ("late", "twice")},
    "tms.key_mismatch": "tests/life/test_signin.py::test_wrong_keys_come_as_often_as_asked",
    "support.misdiagnosis":
        "tests/life/faults/test_ladder.py::test_support_is_mistaken_as_often_as_asked",
    **dict.fromkeys(
        LOTS, "tests/life/test_chances_of_life.py::test_a_chance_of_a_life_comes_out_as_asked"),
}  # fmt: skip
# What is drawn under another name than its own.
NAMED: Final = {
    "campaigns.defect": "update.defect",
    "campaigns.defect_caught": "update.defect_caught",
    "causes[certificate].restart": "cause.terminal",
    "causes[gateway].refusal": "transaction.host_down",
    "transactions.offline": "transaction.offline",
    "transactions.reversal_failure": "reversal.unconfirmed",
}
# What is no lottery of a terminal's life: parts of a whole, limits of a judgement.
NO_LOTTERY: Final = {
    "dataset.split.train", "dataset.split.validate_", "dataset.split.train_time",
    "health.dropped_max", "load.stages.to",
}  # fmt: skip


def _drawn() -> set[str]:
    """Return the names of all purposes that the program draws for."""
    trees = (ast.parse(file.read_text()) for file in (ROOT / "fleet").rglob("*.py"))
    return {
        node.args[0].value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Purpose"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


PURPOSES: Final = _drawn()
DRAWN: Final = [path for path in CHANCES if NAMED.get(path, path) in PURPOSES]


def test_the_walk_finds_chances_at_any_depth() -> None:
    """In sections, in optional ones, in tables by component, in causes."""
    known = {"boot.failure", "maintenance.lost", "self_test.failure", "campaigns.defect"}
    assert known <= set(CHANCES)


def test_every_chance_has_a_test() -> None:
    """It is lived through and counted in a test that is there, or it is no lottery."""
    assert [path for path in CHANCES if path not in {*LIVED, *NO_LOTTERY}] == []
    for place in LIVED.values():
        file, name = place.split("::")
        assert f"def {name}(" in (ROOT / file).read_text(), place


@pytest.mark.parametrize("path", DRAWN)
@pytest.mark.parametrize("p", [0.02, 0.5])
def test_a_chance_is_drawn_as_it_is_asked(path: str, p: float) -> None:
    """Of one draw by each of many terminals, as many succeed as asked; 4 sigma."""
    purpose = Purpose(NAMED.get(path, path))
    hits = sum(Streams(20_26, serial).chance(purpose, p) for serial in range(POPULATION))
    within_4_sigma(hits, POPULATION, p)
