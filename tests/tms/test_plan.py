"""The plan: who is told what, and when."""

from fleet.profile.members import members
from fleet.tms.plan import Plan, line_of
from tests.tms.estates import HOUR_MS, PLAN, SEED, profile


def concerned(number: int, plan: Plan) -> set[int]:
    """Return whom an entry concerns."""
    return {index for index in range(100) if plan.turn_s(number, index) is not None}


def test_campaigns_and_orders_are_one_list_by_their_instants() -> None:
    """Entries are sorted by instant and numbered from 1, wherever they stand in the profile."""
    plan = Plan(profile(PLAN), SEED)
    assert [(one.line, one.lot.name, one.asked.at) for one in plan.entries] == [
        (1, "tms.reboot", HOUR_MS),
        (2, "tms.update.2.0.0", 2 * HOUR_MS),
        (3, "tms.lock", 3 * HOUR_MS),
        (4, "tms.unlock", 4 * HOUR_MS),
        (5, "tms.update.2.0.0", 5 * HOUR_MS),
    ]


def test_a_share_is_about_that_part_of_the_estate() -> None:
    """Half the estate takes part in a share of 0.5, all of it in a share of 1."""
    plan = Plan(profile(PLAN), SEED)
    assert 35 <= len(concerned(2, plan)) <= 65
    assert concerned(1, plan) == concerned(5, plan) == set(range(100))


def test_selectors_choose_by_model_and_region() -> None:
    """An entry with models and regions concerns exactly the members that are of both."""
    chosen = {
        one.index
        for one in members(profile().estate, SEED)
        if (one.model.name, one.region.name) == ("S1", "east")
    }
    plan = Plan(profile(PLAN), SEED)
    assert concerned(3, plan) == concerned(4, plan) == chosen
    assert 10 <= len(chosen) <= 40


def test_a_roll_out_in_waves_keeps_who_it_had() -> None:
    """Waves of one version are nested; those of another are drawn anew."""
    waves = "".join(
        f'[[campaigns]]\nname = "w{hour}"\nversion = "{version}"\nat = "{hour}h"\nshare = {share}\n'
        for hour, (version, share) in enumerate([("2", 0.1), ("2", 0.4), ("2", 0.8), ("3", 0.4)], 1)
    )
    plan = Plan(profile(waves), SEED)
    first, second, third, other = (concerned(number, plan) for number in (1, 2, 3, 4))
    assert first < second < third
    assert other != second


def test_another_entry_does_not_change_who_takes_part() -> None:
    """Membership hangs on what is ordered, not on its place in the list."""
    sooner = '[[orders]]\norder = "lock"\nat = "1m"\nshare = 0.3\n'
    before, after = Plan(profile(PLAN), SEED), Plan(profile(PLAN + sooner), SEED)
    assert concerned(2, before) == concerned(3, after)


def test_another_seed_chooses_others() -> None:
    """Who takes part depends on the seed."""
    assert concerned(2, Plan(profile(PLAN), 1)) != concerned(2, Plan(profile(PLAN), 2))


def test_the_first_due_entry_is_next() -> None:
    """Of several due orders the earliest comes first; what has been received never again."""
    plan = Plan(profile(PLAN), SEED)
    for index in range(100):
        received, after = [], 0
        while due := plan.next_due(index, after, "1.0.0"):
            assert due.number > after
            assert line_of(due.number) == due.entry.line
            after = due.number
            received.append(due.entry.line)
        assert received == [one for one in range(1, 6) if index in concerned(one, plan)]
        assert plan.next_due(index, after, "1.0.0") is None


def test_a_turn_yet_to_come_holds_nobody_up() -> None:
    """Whoever has to wait for an update's turn gets the orders that come before it."""
    slow = """
[[campaigns]]
name = "slow"
version = "3"
at = "1h"
per_minute = 1

[[orders]]
order = "reboot"
at = "90m"
"""
    plan = Plan(profile(slow), SEED)
    firsts = [plan.next_due(index, 0, "1.0.0") for index in range(100)]
    lines = {due.entry.line for due in firsts if due is not None}
    assert lines == {1, 2}
