"""Views: a dataset as the tables of datasets that people know, for the notebooks they have.

    view          after                                   a unit is        files
    azure_pdm     Microsoft, Azure predictive maintenance a terminal       PdM_*.csv
    cmapss        NASA, turbofan degradation              a failed life    *_FD001.txt
    scania_tte    SCANIA, component X                     a life           train_*.csv

A view is made of the dataset's own files, a file at a time, and leaves out what its model has no
place for: it is a way in, not the dataset.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from fleet.dataset.views.azure_pdm import azure_pdm
from fleet.dataset.views.cmapss import cmapss
from fleet.dataset.views.scania_tte import scania_tte
from fleet.dataset.views.source import Source
from fleet.profile.dataset import Dataset

VIEWS: Final[Mapping[str, Callable[[Source, Path], None]]] = {
    "azure_pdm": azure_pdm,
    "cmapss": cmapss,
    "scania_tte": scania_tte,
}


def write_views(root: Path, rules: Dataset) -> list[Path]:
    """Write views into `views/NAME`.

    Args:
        root: The dataset's folder, its tables complete.
        rules: Those that it is made by, with the names of views.

    Returns:
        The files, in order.
    """
    for name in rules.views:
        folder = root / "views" / name
        folder.mkdir(parents=True, exist_ok=True)
        VIEWS[name](Source(root, rules), folder)
    return sorted((root / "views").rglob("*.*")) if (root / "views").exists() else []
