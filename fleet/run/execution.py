"""The execution of a plan: opened, supervised, and summed up whatever became of it.

What is wrong with the plan is said before anything is opened. What has begun is recorded however it
ends: a run that failed leaves its record and says where; one whose record cannot be written tells
its verdict all the same.
"""

from datetime import UTC, datetime

import trio
from rich.console import Console

from fleet.capacity.judge import Judge
from fleet.run import descriptors
from fleet.run.books import open_books
from fleet.run.desks import Desks
from fleet.run.errors import ChildDied, RunError, Unwritten, plain
from fleet.run.handouts import check_handouts, write_handouts
from fleet.run.interruption import Interruption, signals_ignored
from fleet.run.liveview import LiveView
from fleet.run.plan import RunPlan
from fleet.run.shards import Muster
from fleet.run.supervisor import Supervision
from fleet.watch.ruling import Verdict
from fleet.watch.screen import open_screen
from fleet.watch.silence import unanswered
from fleet.watch.summary import Summary

_REPEAT_ADVICE = (
    "run again; if it repeats, set FLEET_TRACEBACK=1 and report what it says, with the command and "
    "the profile"
)


def execute(plan: RunPlan, console: Console) -> Summary:
    """Run a plan from start to end; to be called in the main thread.

    Args:
        plan: What to run.
        console: Where progress and notices are shown.

    Raises:
        RunError: It could not be done; if it had begun, the record says how far it came.
        EndpointError: The broker's address or a file of its TLS settings is wrong.
        PasswordError: The password cannot be read.
        Unwritten: It is over, but its record cannot be written.
    """
    limit = descriptors.raise_limit()
    notes = plan.check(limit)
    check_handouts(plan)
    shards = plan.shard_count(limit)

    def say(text: str) -> None:
        console.print(text, soft_wrap=True, highlight=False, markup=False)

    with open_books(plan, shards) as books:
        for note in notes:
            say(note)
        with open_screen(console, live=plan.live) as screen:
            view = LiveView(books.board, screen, say, tms=plan.tms)
            muster = Muster(shards, view.notice)
            desks = Desks(
                plan.profile, plan.seed, plan.desks, view.notice, books.own, books.sent_by_kind
            )
            slo = plan.profile.slo
            judge = Judge(slo.objectives, slo.warm_up, slo.window, books.board.read())
            run = Supervision(plan, books, view, Interruption(), muster, desks, judge)
            verdict = _carry_out(run, notes)
        return _close(run, verdict, notes)


def _carry_out(run: Supervision, notes: tuple[str, ...]) -> Verdict:
    try:
        return trio.run(run.run)
    except BaseExceptionGroup as group:
        if run.started:
            _close(run, "failed", notes)
        raise _advised(run, plain(group)) from group


def _advised(run: Supervision, error: BaseException) -> BaseException:
    if not isinstance(error, ChildDied):
        return error
    lines = [str(error), _REPEAT_ADVICE]
    if run.started and run.books.record:
        lines.append(f"what was recorded until then is in {run.books.record.folder}")
    return ChildDied("\n".join(lines))


def _close(run: Supervision, verdict: Verdict, notes: tuple[str, ...]) -> Summary:
    started = run.started or datetime.now(UTC)
    brokers = len(run.broker_url.split(", "))
    silence = unanswered(run.books.board.read(), brokers)
    notes = (*notes, *run.desks.notes(), *filter(None, [silence]))
    ruling = run.ruling(verdict)
    with signals_ignored():
        summary = run.books.sum_up(ruling, _ending(run, verdict), run.broker_url, started, notes)
        try:
            run.books.write(summary)
            write_handouts(run.plan, summary, ruling, run.books.board.read())
        except RunError as error:
            raise Unwritten(error, summary) from error
        return summary


def _ending(run: Supervision, verdict: Verdict) -> str:
    record = run.books.record is not None
    if verdict != "interrupted":
        return ""
    if run.started is None:
        return "before any terminal started"
    if lost := run.muster.unfinished:
        were = "was" if lost == 1 else "were"
        of = len(run.books.tallies)
        shards = "shard" if of == 1 else "shards"
        what = "record is" if record else "figures are"
        return f"{lost} of {of} {shards} {were} ended by force, the {what} incomplete"
    return "drained cleanly" + (", the record is complete" if record else "")
