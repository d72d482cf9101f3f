"""Write docs/metrics.md: every metric family, from the declaration in the code.

python docs/metrics.py
"""

from pathlib import Path
from typing import Final

from fleet.watch.catalogue import FAMILIES
from fleet.watch.family import OTHER, Family, Given, Label

OUT = Path(__file__).parent / "metrics.md"

_INTRODUCTION: Final = """\
# Metrics

Generated from `fleet/watch/catalogue.py` by `make contract`; do not edit.

`fleet run` serves these at `http://127.0.0.1:9464/metrics` (`--metrics HOST:PORT`), in Prometheus's
text format or OpenMetrics, as the scraper asks; other paths answer 404. No family has a label per
terminal. Figures are sums over all shards, at most half a second old. Counters go on where they
were when a shard is restarted; gauges begin anew, as its terminals do.

Histogram bounds are exact: durations are counted in finer buckets, of which every exported bound is
one.
"""
_GIVEN_WORDS: Final[dict[Given, str]] = {
    "codes": "the profile's fault codes",
    "fault_classes": "the profile's fault classes",
    "versions": f"the profile's firmware versions and `{OTHER}`",
    "regions": "the profile's regions",
    "causes": "the profile's common causes",
    "stages": "the profile's stages of the load",
    "campaigns": "the profile's campaigns",
    "shards": "the run's shards, from `0`",
    "run": "of the run",
}


def page() -> str:
    """Return the page."""
    return "\n".join([_INTRODUCTION, *map(_section, FAMILIES)])


def _section(family: Family) -> str:
    lines = [f"## `{family.name}`\n", f"{family.help}\n", f"- {family.kind}, in {family.unit}"]
    lines += [f"- label `{label.name}`: {_values(label)}" for label in family.labels]
    if family.bounds_us:
        bounds = ", ".join(f"{us / 1_000_000:g}" for us in family.bounds_us)
        lines.append(f"- bounds in seconds: {bounds}")
    return "\n".join(lines) + "\n"


def _values(label: Label) -> str:
    if label.given:
        return _GIVEN_WORDS[label.given]
    return ", ".join(f"`{value}`" for value in label.values)


if __name__ == "__main__":
    OUT.write_text(page(), encoding="utf-8")
