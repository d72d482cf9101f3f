"""What the user types: one file per command, no logic."""

import sys

from fleet.cli.failures import exit_code_of
from fleet.cli.group import fleet

__all__ = ["main"]


def main() -> None:
    """Run the command line, and exit by its contract; see `fleet.cli.failures`."""
    sys.exit(exit_code_of(fleet))
