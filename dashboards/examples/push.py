# ruff: noqa: INP001 - a script to be copied, not a module
"""Hands the last figures of a run that is shorter than a scrape interval to a Pushgateway.

    python dashboards/examples/push.py http://127.0.0.1:9464 http://127.0.0.1:9091 fleet-nightly

Start it beside the run: it looks at the figures once a second, and when they are gone, as the run
is over, it puts the last of them under the job's name. Prometheus scrapes the gateway with
`honor_labels: true`. Needs nothing but Python. Exit code 1: there was nothing to push, or nobody to
push it to.

A gateway keeps what it was given until somebody deletes it; use it for runs that end, not for those
that can be scraped.
"""

import sys
import time
import urllib.error
import urllib.request

PATIENCE_S = 30.0
TIMEOUT_S = 5.0


def last_figures(run: str, pause_s: float = 1.0) -> bytes:
    """Return what a run served last; nothing if it does not begin within `PATIENCE_S`."""
    figures, deadline = b"", time.monotonic() + PATIENCE_S
    while True:
        try:
            with urllib.request.urlopen(f"{run}/metrics", timeout=TIMEOUT_S) as answer:
                figures = answer.read()
        except OSError:
            if figures or time.monotonic() > deadline:
                return figures
        time.sleep(pause_s)


def push(figures: bytes, gateway: str, job: str) -> None:
    """Put figures in the place of what the gateway has for this job.

    Raises:
        OSError: The gateway is not there or does not want them.
    """
    request = urllib.request.Request(f"{gateway}/metrics/job/{job}", figures, method="PUT")
    request.add_header("Content-Type", "text/plain; version=0.0.4")
    urllib.request.urlopen(request, timeout=TIMEOUT_S).close()


def main(arguments: list[str]) -> int:
    """Wait for the end of a run and push; see above."""
    if len(arguments) != len(("run", "gateway", "job")):
        print("usage: push.py http://RUN:9464 http://GATEWAY:9091 JOB", file=sys.stderr)
        return 2
    run, gateway, job = arguments
    figures = last_figures(run)
    if not figures:
        print(f"Error: {run}/metrics served nothing within {PATIENCE_S:.0f} s", file=sys.stderr)
        return 1
    try:
        push(figures, gateway, job)
    except OSError as error:
        print(f"Error: {gateway} did not take the figures: {error}", file=sys.stderr)
        return 1
    print(f"{len(figures)} bytes pushed to {gateway}/metrics/job/{job}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
