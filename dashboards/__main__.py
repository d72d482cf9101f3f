"""What `make` calls: `python -m dashboards VERB`."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dashboards.brokers import BrokerError
from dashboards.prometheus import PrometheusError
from dashboards.runs import RunFailed

USAGE: Final = "usage: python -m dashboards write|check|verify"


def write() -> list[str]:
    """Write every generated file."""
    from dashboards import check  # noqa: PLC0415 - each verb imports what it needs

    for path in check.write():
        print(path.relative_to(check.ROOT))
    return []


def look() -> list[str]:
    """Check every generated file."""
    from dashboards import check  # noqa: PLC0415

    return check.complaints()


def verify() -> list[str]:
    """Ask a real Prometheus everything."""
    from dashboards import verify as asking  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, asking.watching(Path(folder)) as watch:
        found = asking.complaints(watch)
        print(f"{len(asking.answers(watch))} queries asked, {len(found)} complaints")
    return found


VERBS: Final[dict[str, Callable[[], list[str]]]] = {"write": write, "check": look, "verify": verify}


def main(arguments: list[str]) -> int:
    """Do one verb; return 0 if all is well, 1 if not, 2 if there is no such verb."""
    if len(arguments) != 1 or arguments[0] not in VERBS:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        found = VERBS[arguments[0]]()
    except (PrometheusError, BrokerError, RunFailed) as error:
        found = [str(error)]
    for complaint in found:
        print(f"Error: {complaint}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
