"""Write docs/profiles.md: the library of profiles, how they are extended, and common causes.

python docs/profiles.py
"""

from pathlib import Path

from fleet.profile import load, names
from fleet.profile.causes import KINDS, Cause
from fleet.profile.cohort import Cohort

OUT = Path(__file__).with_suffix(".md")

_BEGIN = """\
# Profiles

Generated from the profiles and the code by `make contract`; do not edit.

A profile is a TOML file: who is in an estate, how it behaves, what befalls it. `fleet profile list`
names those that come along, `fleet profile show NAME` prints one with every default spelled out,
`fleet profile check FILE` complains of everything at once, `fleet run NAME` plays it. The text
at the top of each file says what to look for, and which figures are sourced, derived or guesses.

What a profile plans for after the end (`--duration`, `--days`) is no mistake, for one profile is
played for two minutes and for two days; one warning names it, its time and a duration that would
do.

## The library
"""

_EXTENDING = """\
## Extending one

```toml
schema = 1
name = "my-town"
extends = "steady"             # a name above, or the path of a file beside this one
without = ["faults.PRN-503"]   # what is not to be inherited

[estate]
terminals = 400

[reconnect]
max = "60s"
```

Tables merge, key by key, at any depth. Everything else is replaced whole: values, arrays, arrays of
tables such as `[[estate.models]]` or `[[causes]]`, and laws. `without` takes out what was inherited
before they merge. `schema`, `name`, `title` and `description` are each file's own. A profile may
extend one that extends another; a cycle is refused, and told whole. Complaints name the file that
wrote what they are about. `extends` and `without` are gone from what `fleet profile show` prints:
it stands by itself.

## Cohorts

Causes, campaigns and orders concern a cohort: whoever fits every key that is given.
"""

_CAUSES = """\
## Common causes

An estate fails together more than it fails by chance. A common cause befalls a cohort at instants
of its own, which no terminal's chance moves:

```toml
[[causes]]
name = "routers"
kind = "outage"
code = "COM-207"
every = { law = "exponential", mean = "45d" }
between = ["08:00", "18:00"]
lasts = { law = "lognormal", median = "40m", p95 = "4h" }
per = "site"
models = ["desk-20"]
```

`summary.json` lists when causes began and ended in a run, and `fleet_common_causes_active{cause}`
shows which are under way: both are known from the profile and the seed alone. Every cause has the
keys of a cohort, and these:
"""


def page() -> str:
    """Return the page."""
    common = set(Cause.model_fields)
    lines = [_BEGIN, "| name | story |", "|---|---|"]
    lines += [f"| [`{name}`](../profiles/{name}.toml) | {load(name).title} |" for name in names()]
    lines += ["", _EXTENDING, *_keys(Cohort, set()), "", _CAUSES]
    lines += [*_keys(Cause, set(Cohort.model_fields)), ""]
    for kind in KINDS.values():
        word = kind.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]
        lines += [f"### `{word}`", "", _paragraphs(kind), ""]
        own = set(kind.model_fields) - common - {"kind"}
        lines += [*_keys(kind, set(kind.model_fields) - own), ""] if own else []
    return "\n".join(lines).rstrip() + "\n"


def _paragraphs(section: type) -> str:
    return "\n\n".join(" ".join(each.split()) for each in (section.__doc__ or "").split("\n\n"))


def _keys(section: type[Cohort], but: set[str]) -> list[str]:
    rows = [
        f"| `{name}` | {' '.join((field.description or '').split()).replace('``', '`')} |"
        for name, field in section.model_fields.items()
        if name not in but
    ]
    return ["| key | says |", "|---|---|", *rows]


if __name__ == "__main__":
    OUT.write_text(page(), encoding="utf-8")
