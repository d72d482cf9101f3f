"""What the live world counts."""

from pathlib import Path

from fleet.watch.layout import Layout
from fleet.watch.tally import Tally, create_counts, open_counts
from fleet.worlds.meters import Meters


def test_links_are_counted_by_region_too(tmp_path: Path) -> None:
    """The regions' links add up to the estate's; a region that nobody declared counts in those."""
    layout = Layout(codes=(), fault_classes=(), versions=(), regions=("north", "south"))
    create_counts(tmp_path / "counts", layout)
    tally = Tally(layout, open_counts(tmp_path / "counts", layout, writable=True))
    meters = Meters(tally)
    for region, change in (("north", 1), ("south", 1), ("south", 1), ("south", -1), ("moon", 1)):
        meters.count_link(region, change)
    connected = {
        region: tally.counts[slot]
        for (region,), slot in layout.slots("fleet_region_connected_terminals").items()
    }
    assert connected == {"north": 1, "south": 1}
    assert tally.counts[tally.slot("fleet_connected_terminals")] == 3
