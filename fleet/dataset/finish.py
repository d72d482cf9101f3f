"""What is written last: the tables that are one file, the splits, the cards, the manifest."""

import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import fleet
from fleet.dataset import cards, croissant
from fleet.dataset.calendar import Calendar
from fleet.dataset.campaigns import Rulings
from fleet.dataset.files import Written, sha256_of
from fleet.dataset.splits import schemes
from fleet.dataset.summary import Summary
from fleet.dataset.tasks import whole
from fleet.dataset.views.catalogue import write_views
from fleet.profile.profile import Profile
from fleet.profile.render import digest, resolved_toml


def complete(
    profile: Profile, root: Path, files: list[Written], rulings: Rulings | None = None
) -> None:
    """Write all that follows from the profile and the list of files, which grows by some.

    Args:
        profile: The dataset's.
        root: Its folder.
        files: All files of its tables.
        rulings: What was decided of campaigns; None if nothing is.
    """
    calendar = Calendar.of(profile, profile.dataset.days)
    files += whole(profile, calendar, root)
    files.sort(key=lambda file: file.path)
    views = write_views(root, profile.dataset)
    summary = Summary.of(profile, calendar, files)
    said = texts(summary)
    for name, text in said.items():
        (root / name).write_text(text, encoding="utf-8")
    names = sorted([*said, *(path.relative_to(root).as_posix() for path in views)])
    others = {name: sha256_of(root / name) for name in names}
    (root / "manifest.json").write_text(
        _json(_manifest(summary, others) | _ruled(rulings)), encoding="utf-8"
    )


def texts(summary: Summary) -> dict[str, str]:
    """Return what is said of a dataset in files beside its tables, by name."""
    return {
        "config.toml": resolved_toml(summary.profile),
        "splits.json": _json(schemes(summary.profile, summary.calendar)),
        "README.md": cards.readme(summary),
        "DATASHEET.md": cards.datasheet(summary),
        "croissant.json": _json(croissant.description(summary)),
    }


def _manifest(summary: Summary, others: dict[str, str]) -> dict[str, Any]:
    return {
        "name": summary.name,
        "seed": summary.profile.dataset.seed,
        "profile_sha256": digest(summary.profile),
        "versions": {
            "fleet": fleet.__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pyarrow": pa.__version__,
        },
        "tables": {
            table.name: {
                "rows": summary.rows[table.name],
                "key": list(table.key),
                "content_sha256": summary.content(table.name),
            }
            for table in summary.tables
        },
        "files": [
            {"path": file.path, "table": file.table, "rows": file.rows, "sha256": file.sha256}
            for file in summary.files
        ],
        "texts": others,
    }


def _ruled(rulings: Rulings | None) -> dict[str, Any]:
    if rulings is None:
        return {}
    return {"rulings": [ruling._asdict() for ruling in rulings]}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
