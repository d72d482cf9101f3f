"""The laws of the house, by its source: who may import whom, and what some may not import."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

import fleet

HOUSE: Final = Path(fleet.__file__).parent

# Lower floors first; a package may import those on floors below its own, and itself.
FLOORS: Final = (
    ("units",),
    ("chance", "wire"),
    ("profile",),
    ("life", "mqtt", "tms"),
    ("watch",),
    ("worlds",),
    ("capacity", "dataset"),
    ("proof",),
    ("report",),
    ("run",),
    ("cli",),
    ("__main__",),
)
FLOOR: Final = {name: height for height, names in enumerate(FLOORS) for name in names}
# The TMS's service talks MQTT; its desk does not, as the next law says.
SAME_FLOOR: Final = {("tms", "mqtt")}

OUTSIDE: Final = frozenset({"time", "random", "socket", "asyncio", "trio"})
DESK: Final = (
    "desk",
    "host",
    "plan",
    "book",
    "progress",
    "turns",
    "imperatives",
    "ledger",
    "views",
)
INNER: Final = (
    *(HOUSE / name for name in ("chance", "wire", "life")),
    *(HOUSE / "tms" / f"{name}.py" for name in DESK),
)


def sources(place: Path) -> Iterator[Path]:
    """Yield the Python files of a place, which may be one itself."""
    yield from sorted(place.rglob("*.py")) if place.is_dir() else (place,)


def imports(source: Path) -> Iterator[str]:
    """Yield the full names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(source: Path) -> str:
    """Return the name of the package under `fleet` that a file belongs to."""
    return source.relative_to(HOUSE).parts[0].removesuffix(".py")


def may_import(importer: str, imported: str) -> bool:
    """Return whether the law allows one package to import another."""
    if importer == imported or (importer, imported) in SAME_FLOOR:
        return True
    return FLOOR[imported] < FLOOR[importer]


ALL: Final = [path for path in sources(HOUSE) if path != HOUSE / "__init__.py"]


def named(path: Path) -> str:
    """Return a file's name in the report."""
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("source", ALL, ids=named)
def test_imports_run_upward_only(source: Path) -> None:
    """A module imports nothing from its own floor's other packages or from above."""
    importer = package_of(source)
    imported = {name.split(".")[1] for name in imports(source) if name.startswith("fleet.")}
    wrong = sorted(name for name in imported if name in FLOOR and not may_import(importer, name))
    assert not wrong, f"{importer} may not import {', '.join(wrong)}"


@pytest.mark.parametrize("source", [path for place in INNER for path in sources(place)], ids=named)
def test_time_chance_and_network_are_arguments(source: Path) -> None:
    """What a terminal is and says knows no clock, no dice and no network of its own."""
    wrong = sorted({name.partition(".")[0] for name in imports(source)} & OUTSIDE)
    assert not wrong, f"imports {', '.join(wrong)}"


def module_of(source: Path) -> str:
    """Return the full name of a file's module."""
    parts = source.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts)


@pytest.mark.parametrize("tree", ["fleet", "benchmarks", "dashboards", "tests"])
def test_no_import_goes_round(tree: str) -> None:
    """A tree can be read module by module, each needing only those before, even for types."""
    inside = (path for path in sources(HOUSE.parent / tree) if path.name != "__init__.py")
    modules = {module_of(source): source for source in inside}
    needs = {name: modules.keys() & {*imports(path)} - {name} for name, path in modules.items()}
    assert len([*TopologicalSorter(needs).static_order()]) == len(modules)  # else it raises


def test_every_package_has_its_floor() -> None:
    """No package escapes the law by being unknown to it."""
    assert {package_of(source) for source in ALL} <= set(FLOOR)


def test_the_law_sees_what_it_forbids(tmp_path: Path) -> None:
    """The reader of imports finds them in every form and at every depth."""
    source = tmp_path / "module.py"
    source.write_text(
        "import time as t\n"
        "def f():\n"
        "    from asyncio.queues import Queue\n"
        "    from fleet import tms\n"
        "    return Queue, tms, t\n"
    )
    assert set(imports(source)) == {
        "time", "asyncio.queues", "asyncio.queues.Queue", "fleet", "fleet.tms",
    }  # fmt: skip
    assert not may_import("life", "tms")
    assert not may_import("tms", "life")
    assert may_import("worlds", "life")


def test_nobody_imports_relatively() -> None:
    """A module's name says where it is, in every import."""
    relative = [
        f"{named(source)}:{node.lineno}"
        for source in ALL
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative
