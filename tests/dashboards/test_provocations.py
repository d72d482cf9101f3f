"""What a run of all provocations is judged by."""

from dashboards.provocations import PROVOCATIONS, STEADY, Firing


def test_alerts_must_fire_where_they_are_provoked_and_nowhere_in_a_steady_estate() -> None:
    """Silence where there should be an alert is told, and so is an alert on a steady day."""
    all_fire = {(each.job, each.alert): 60.0 for each in PROVOCATIONS}
    assert Firing(all_fire).complaints() == []
    first = PROVOCATIONS[0]
    silent = {key: at for key, at in all_fire.items() if key != (first.job, first.alert)}
    assert Firing(silent).complaints() == [f"{first.alert} did not fire in {first.profile}.toml"]
    (loud,) = Firing(all_fire | {(STEADY, first.alert): 7.0}, waited=0.6).complaints()
    assert loud.startswith(f"{first.alert} fired after 7 s in steady.toml, whose shard waited")
    assert "60%" in loud
