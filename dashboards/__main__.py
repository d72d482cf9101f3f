"""What `make` calls: `python -m dashboards VERB [ARGUMENT...]`."""

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from dashboards.brokers import BrokerError
from dashboards.prometheus import PrometheusError
from dashboards.runs import RunFailed

USAGE: Final = """\
usage: python -m dashboards VERB
  write             write dashboards and rules anew
  check             check them without starting anything
  verify            ask a real Prometheus every query
  alerts            let every alert fire, and none in a steady run (six minutes)
  cost              measure a scrape with 20,000 terminals
  gallery           draw a preview of all panels from a recorded run (two minutes)
  stack [HOST:PORT...]  run Prometheus beside runs of the fleet until Ctrl-C"""


def write(_: Sequence[str]) -> list[str]:
    """Write every generated file."""
    from dashboards import check  # noqa: PLC0415 - each verb imports what it needs

    for path in check.write():
        print(path.relative_to(check.ROOT))
    return []


def look(_: Sequence[str]) -> list[str]:
    """Check every generated file."""
    from dashboards import check  # noqa: PLC0415

    return check.complaints()


def verify(_: Sequence[str]) -> list[str]:
    """Ask a real Prometheus everything."""
    from dashboards import verify as asking  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, asking.watching(Path(folder)) as watch:
        found = asking.complaints(watch)
        print(f"{len(asking.answers(watch))} queries asked, {len(found)} complaints")
    return found


def alerts(_: Sequence[str]) -> list[str]:
    """Provoke every alert."""
    from dashboards import provocations  # noqa: PLC0415

    print(f"Waits (`for`) are cut to {provocations.WAIT}; the expressions are the operators' own.")
    with tempfile.TemporaryDirectory() as folder:
        firing = provocations.provoke(Path(folder))
    for (job, alert), first_s in sorted(firing.first_s.items()):
        print(f"{job:32} {alert:28} after {first_s:4.0f} s")
    return firing.complaints()


def cost(_: Sequence[str]) -> list[str]:
    """Measure a scrape with many terminals."""
    from dashboards import cost as measuring  # noqa: PLC0415

    spent = measuring.large()
    print(
        f"{spent.terminals:,} terminals: {1e3 * spent.cpu_s:.2f} ms of CPU a scrape, "
        f"{1e3 * spent.wall_s:.2f} ms until it is answered (p99 {1e3 * spent.worst_s:.2f} ms), "
        f"{spent.series} samples, {spent.bytes / 1024:.0f} KiB"
    )
    dear = spent.cpu_s > measuring.LIMIT_S
    return [f"a scrape takes more than {1e3 * measuring.LIMIT_S:.0f} ms of CPU"] if dear else []


def gallery(_: Sequence[str]) -> list[str]:
    """Draw the preview."""
    from dashboards.gallery.page import PAGE, page  # noqa: PLC0415
    from dashboards.gallery.record import record  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(record(Path(folder))), encoding="utf-8")
    print(f"{PAGE}: {PAGE.stat().st_size / 2**20:.2f} MiB")
    return []


def stack(addresses: Sequence[str]) -> list[str]:
    """Run Prometheus beside runs of the fleet."""
    from dashboards.stack import local  # noqa: PLC0415

    local.stack(addresses)
    return []


VERBS: Final[dict[str, Callable[[Sequence[str]], list[str]]]] = {
    "write": write, "check": look, "verify": verify, "alerts": alerts, "cost": cost,
    "gallery": gallery, "stack": stack,
}  # fmt: skip
_MANY: Final = {"stack"}


def main(arguments: Sequence[str]) -> int:
    """Do one verb; return 0 if all is well, 1 if not, 2 if there is no such verb."""
    verb, *rest = arguments or ("",)
    if verb not in VERBS or (rest and verb not in _MANY):
        print(USAGE, file=sys.stderr)
        return 2
    try:
        found = VERBS[verb](rest)
    except (PrometheusError, BrokerError, RunFailed) as error:
        found = [str(error)]
    for complaint in found:
        print(f"Error: {complaint}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
