"""Run a program which the kernel kills as soon as its parent is dead (Linux).

    python -I -S leash.py PARENT_PID PROGRAM [ARGUMENT...]

The parent cannot do this for its child after `fork` without risking a deadlock (other threads may
hold locks at that moment), so the child puts itself on the leash and then becomes the program.
The order survives `execve`; the kernel forgets it when a program changes its user.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, program: list[str]) -> None:
    """Become `program`, unless the parent is already dead."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # A parent that died before the order was given would never be noticed.
    if os.getppid() == parent:
        os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
