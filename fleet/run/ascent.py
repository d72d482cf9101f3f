"""Carries a capacity search out: a run for each step, and a state file from which it goes on.

Every step is a run of its own, with fresh processes, so that no backlog of the step before spoils
it. The folder holds `capacity.json`, rewritten after each step, `curve.svg`, and a record for each
step under `steps/`.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path

import msgspec
from rich.console import Console

from fleet.capacity.blame import Network, NothingMeasured, blame
from fleet.capacity.curve import curve_svg
from fleet.capacity.search import Outcome, Search, Step, conclusion
from fleet.capacity.state import STATE_FILE, STEPS, State
from fleet.mqtt.link import Route
from fleet.profile import Profile, digest
from fleet.profile.objectives import Objective
from fleet.run.errors import RunError
from fleet.run.execution import execute
from fleet.run.network import NetworkWatch
from fleet.run.plan import RunPlan
from fleet.units import Millis, format_duration
from fleet.watch.summary import Summary


class BrokenOff(Exception):
    """A search has ended before it was over.

    Attributes:
        search: What was tried until then; it is in the search's folder, too.
        why: What a step could not be done for; None if the user ended it.
    """

    def __init__(self, search: Search, why: RunError | None = None) -> None:
        """Keep what was tried."""
        super().__init__(conclusion(search))
        self.search = search
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascent:
    """A search as asked for.

    Attributes:
        plan: Of a step; its number of terminals, its duration and its folder are each step's own.
        lowest: Smallest load.
        highest: Largest load.
        precision: How near the bracket's ends must be, as a share.
        warm_up: Wall time of each step that is not judged.
        hold: Wall time of each step that is.
        out: Folder of the search; None for none.
        say: Is told of each step.
    """

    plan: RunPlan
    lowest: int
    highest: int
    precision: float
    warm_up: Millis
    hold: Millis
    out: Path | None
    say: Callable[[str], None]

    def carry_out(self) -> Search:
        """Search to the end, from where a search in the same folder was broken off.

        Raises:
            RunError: The folder is another search's, or cannot be had.
            BrokenOff: A step could not be done, or the user ended it.
        """
        search = Search(self.lowest, self.highest, self.precision, self._resumed())
        try:
            self._climb(search)
        except KeyboardInterrupt:
            raise BrokenOff(search) from None
        except RunError as why:
            raise BrokenOff(search, why) from why
        self._save(search)
        return search

    def _climb(self, search: Search) -> None:
        while (load := search.next()) is not None:
            self.say(f"step {len(search.steps) + 1}: {load:,} terminals ...")
            step = self._try(load, len(search.steps) + 1)
            search.add(step)
            self.say(f"  {_told(step)}")
            self._save(search)

    def profile_at(self, load: int) -> Profile:
        """Return the profile of a step with so many terminals."""
        profile = self.plan.profile
        return profile.model_copy(
            update={
                "estate": profile.estate.model_copy(update={"terminals": load}),
                "run": profile.run.model_copy(update={"duration": self.warm_up + self.hold}),
                "slo": profile.slo.model_copy(update={"warm_up": self.warm_up}),
            }
        )

    def _try(self, load: int, number: int) -> Step:
        """Return what became of a step.

        Raises:
            RunError: It could not be done.
            KeyboardInterrupt: The user ended it.
        """
        folder = self._folder(load, number)
        plan = replace(self.plan, profile=self.profile_at(load), out=folder)
        summary, wire = _watched(plan)
        if summary.verdict == "interrupted":
            raise KeyboardInterrupt
        try:
            outcome, reason = blame(summary, wire)
        except NothingMeasured as unmeasured:
            msg = (
                f"with {load:,} terminals nothing was measured for {unmeasured} within a hold of "
                f"{format_duration(self.hold)}: lengthen --hold, shorten --warm-up, or name "
                "another objective"
            )
            raise RunError(msg) from None
        return _step(load, summary, folder, outcome, reason)

    # ------------------------------------------------------------------ the folder

    def _folder(self, load: int, number: int) -> Path | None:
        """Return where a step's record goes: a new folder, as often as it was broken off."""
        if self.out is None:
            return None
        first = self.out / STEPS / f"{number:02}-{load}"
        again = (first.with_name(f"{first.name}-{attempt}") for attempt in count(2))
        return next(folder for folder in chain([first], again) if not folder.exists())

    def _state(self) -> State:
        return State(
            profile=f"sha256:{digest(self.profile_at(self.lowest))}",
            seed=self.plan.seed,
            lowest=self.lowest,
            highest=self.highest,
            precision=self.precision,
            objectives=self.plan.profile.slo.objectives,
            name=self.plan.profile.name,
            warm_up_ms=self.warm_up,
            hold_ms=self.hold,
        )

    def _resumed(self) -> list[Step]:
        if self.out is None:
            return []
        state = self.out / STATE_FILE
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            if not state.exists():
                self._check_free(self.out)
                return []
            text = state.read_bytes()
        except OSError as error:
            msg = f"cannot keep the search in {self.out}: {error.strerror}; choose another --out"
            raise RunError(msg) from error
        return self._of_this_search(text)

    @staticmethod
    def _check_free(out: Path) -> None:
        """Check that nothing of others is overwritten; what a first step left is a search's."""
        if taken := next((each.name for each in out.iterdir() if each.name != STEPS), None):
            msg = (
                f"{out} is not empty (it holds {taken}) and no search's; name a new folder with "
                "--out, or that of a search"
            )
            raise RunError(msg)

    def _of_this_search(self, text: bytes) -> list[Step]:
        try:
            state = msgspec.json.decode(text, type=State)
        except msgspec.DecodeError as error:
            msg = f"{self.out}/{STATE_FILE} is no state of a search ({error}); remove it"
            raise RunError(msg) from error
        if not state.same(self._state()):
            msg = (
                f"{self.out} holds a search with another profile, range, precision, seed or "
                "objectives: repeat that command to go on with it, or choose another --out"
            )
            raise RunError(msg)
        if state.steps:
            self.say(f"going on after {len(state.steps)} steps found in {self.out}")
        return state.steps

    def _save(self, search: Search) -> None:
        if self.out is None:
            return
        state = self._state()
        state.steps, state.conclusion = search.steps, conclusion(search)
        state.done = search.over
        state.capacity = search.held.load if search.held else None
        objective = Objective.parse(state.objectives[0])
        text = msgspec.json.format(msgspec.json.encode(state), indent=2)
        try:
            _replace(self.out / STATE_FILE, text + b"\n")
            _replace(self.out / "curve.svg", curve_svg(search, objective).encode())
        except OSError as error:
            msg = f"cannot write to {self.out}: {error.strerror}"
            raise RunError(msg) from error


def _replace(path: Path, content: bytes) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def _step(load: int, summary: Summary, folder: Path | None, outcome: Outcome, reason: str) -> Step:
    health = summary.health
    return Step(
        load=load,
        outcome=outcome,
        reason=reason,
        values={each.objective: each.value for each in summary.objectives},
        messages_per_s=health.sent_per_s if health else 0.0,
        cpu=max((shard.cpu for shard in health.shards), default=0.0) if health else 0.0,
        lag_p99_ms=health.lag_p99_ms if health else 0.0,
        folder=str(folder or ""),
    )


def _told(step: Step) -> str:
    if step.outcome == "held":
        return f"held, {step.messages_per_s:,.0f} messages/s"
    return f"the {step.outcome} gave way: {step.reason}"


def _watched(plan: RunPlan) -> tuple[Summary, Network]:
    """Do a run, and look at the way to its broker meanwhile, if that is anybody's but our own."""
    if plan.connection is None or _on_loopback(plan):
        return execute(plan, Console(quiet=True)), Network()
    try:
        address = Route.to(plan.connection.endpoints()[0]).addresses[0]
    except OSError:
        return execute(plan, Console(quiet=True)), Network()  # which says what is wrong with it
    with NetworkWatch(address, remote=True) as watch:
        return execute(plan, Console(quiet=True)), watch.seen()


def _on_loopback(plan: RunPlan) -> bool:
    if plan.connection is None:
        return True
    hosts = [endpoint.host for endpoint in plan.connection.endpoints()]
    return all(host == "localhost" or _is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
