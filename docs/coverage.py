"""Write docs/coverage.md: what a terminal does, and the code and test that show it.

python docs/coverage.py

`docs/coverage/list.toml` is the list that has to be answered; every other file there answers a part
of it, a line for each entry: `key = [code, test]`, or `key = ["", "", why it is left out]`. Code is
`path::name`, or a path; a test is what pytest calls it, `path::name` or `path::name[case]`. A third
word is a remark.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = Path(__file__).with_name("coverage")
_LIST: Final = FOLDER / "list.toml"
_STEPS: Final = range(1, 51)


class Answer(NamedTuple):
    """Where an entry of the list is shown.

    Attributes:
        code: `path::name`, or a path; "" if it is left out.
        test: `path::name`; "" if it is left out.
        why: Why it is left out, or a remark.
    """

    code: str
    test: str
    why: str = ""


class Entry(NamedTuple):
    """An entry of the list: its section, its key among the answers, and what it is called."""

    section: str
    key: str
    name: str


def entries() -> Iterator[Entry]:
    """Return everything that has to be answered."""
    listed = tomllib.loads(_LIST.read_text(encoding="utf-8"))
    for number, name in listed["items"].items():
        yield Entry("What it is made of and does", number, name)
    for state, name in listed["states"].items():
        yield Entry("States", f"state:{state}", name)
    for number in _STEPS:
        yield Entry("Steps", f"T{number}", f"row {number} of the life cycle")
    for code, name in listed["codes"].items():
        yield Entry("Faults", code, name)
    for scenario, name in listed["scenarios"].items():
        yield Entry("Common causes", f"scenario:{scenario}", name)


def answers() -> dict[str, Answer]:
    """Return all answers, by key.

    Raises:
        ValueError: Two files answer the same entry.
    """
    found: dict[str, Answer] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path == _LIST:
            continue
        for key, answer in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in found:
                msg = f"{path.name}: {key} is answered twice"
                raise ValueError(msg)
            found[key] = Answer(*answer)
    return found


def complaint(answer: Answer) -> str:
    """Return what is wrong with an answer; "" if nothing is."""
    if not answer.code and not answer.test:
        return "" if answer.why else "it is left out without a reason"
    return _missing(answer.code) or _missing(answer.test)


def _missing(reference: str) -> str:
    name, _, inner = reference.partition("::")
    path = ROOT / name
    if not path.is_file():
        return f"there is no file {name!r}"
    # A word of the text will do: a name may be a function, a member of a table, or a code.
    word = inner.rpartition("::")[2].partition("[")[0]
    if word and not re.search(rf"\b{re.escape(word)}\b", path.read_text(encoding="utf-8")):
        return f"{name} holds no {word!r}"
    return ""


def page() -> str:
    """Return the page."""
    found = answers()
    lines = [
        "# What is shown where", "",
        "Generated from `docs/coverage` by `make contract`; do not edit. All code that it names",
        "exists, and all tests can be run by their names.",
        "",
    ]  # fmt: skip
    section = ""
    for entry in entries():
        if entry.section != section:
            section = entry.section
            lines += ["", f"## {section}", "", "| | what | code | test |", "|---|---|---|---|"]
        lines.append(_row(entry, found.get(entry.key, Answer("", "", "not answered yet"))))
    return "\n".join(lines) + "\n"


def _row(entry: Entry, answer: Answer) -> str:
    key = entry.key.partition(":")[2] or entry.key
    if not answer.code and not answer.test:
        return f"| {key} | {entry.name} | left out: {answer.why} | |"
    remark = f" ({answer.why})" if answer.why else ""
    return f"| {key} | {entry.name}{remark} | `{answer.code}` | `{answer.test}` |"


if __name__ == "__main__":
    FOLDER.with_suffix(".md").write_text(page(), encoding="utf-8")
