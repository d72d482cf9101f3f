"""Sign-off: nobody is signed in any more, and no session is left that would expire.

Why it comes differs: the shop closes, a span for maintenance begins, the batch is settled, the host
wants keys to be exchanged anew, another unit comes.
"""

from fleet.life.faults import NEVER
from fleet.life.regions import Session
from fleet.life.states import State
from fleet.life.terminal import Terminal
from fleet.wire.messages import SignedOff


def sign_off(t: Terminal) -> None:
    """Let nobody be signed in."""
    t.shift.session = Session.SIGNED_OFF
    t.diary.expires = NEVER


def leave(t: Terminal) -> None:
    """Let the operator sign off, who says so if he was ready to sell."""
    if t.state is State.READY:
        t.line.say(SignedOff(t.ts(), t.journal.batch))
    sign_off(t)


def forget(t: Terminal) -> None:
    """Let nobody be signed in or locked out: what the terminal knew of operators is gone."""
    sign_off(t)
    t.shift.lifted_by = ""
    t.diary.unlocks = NEVER
