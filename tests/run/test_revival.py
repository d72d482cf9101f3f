"""A shard or a TMS that is killed comes back, and the run goes on; it is counted and said."""

import signal
import time
from functools import partial
from pathlib import Path

import pytest

from fleet.life.pulse import Pulse
from fleet.life.states import Event, State, Step
from fleet.run.broker import find_mosquitto
from fleet.run.child import children
from fleet.run.errors import ChildDied
from fleet.run.memory import Memory, create_memory
from fleet.run.revival import RESTARTS_MAX, Revival
from tests.run.runs import BRISK, running
from tests.run.toys import python, run

TERMINALS = 40

needs_mosquitto = pytest.mark.skipif(find_mosquitto() is None, reason="mosquitto is not there")


@pytest.mark.slow
@needs_mosquitto
def test_a_killed_shard_comes_back_as_after_a_power_cut(tmp_path: Path, free_port: int) -> None:
    """After `kill -9` of one of two shards all terminals sign in again; the verdict says so."""
    profile = tmp_path / "brisk.toml"
    profile.write_text(BRISK.replace("failure = 0.0", 'failure = 0.0\nsettle = "1s"'))
    options = ("--shards", "2", "--slo", "shards.restarted == 0", "--duration", "15s")
    with running(profile, tmp_path, free_port, *options) as run:
        run.wait_for("fleet_heartbeats_total", 5 * TERMINALS)
        signed_in = run.total("fleet_sign_ins_total")
        assert run.total("fleet_connected_terminals") == TERMINALS
        assert run.total("fleet_region_connected_terminals") == TERMINALS
        run.child("fleet.run.shard").send_signal(signal.SIGKILL)
        run.wait_for("fleet_shard_restarts_total", 1)
        run.wait_for("fleet_sign_ins_total", signed_in + TERMINALS // 4)
        beats = run.total("fleet_heartbeats_total")
        run.wait_for("fleet_heartbeats_total", beats + 2 * TERMINALS)
        assert run.total("fleet_connected_terminals") == TERMINALS
        assert run.total("fleet_region_connected_terminals") == TERMINALS
        code, out, err = run.end()
    assert code == 3, err
    assert "was killed by SIGKILL; it is started again" in err
    words = " ".join(out.split())
    assert "a shard died and was started again; its terminals came back as after" in words
    summary = run.summary()
    # By their stories an operator or two forgets a password; the others of 20 sign in twice.
    assert summary["counts"]["fleet_sign_ins_total"]["ok"] > 1.25 * TERMINALS
    # Nobody registers twice: what a terminal keeps without power was kept.
    assert summary["counts"]["fleet_messages_sent_total"]["register"] == TERMINALS
    assert summary["counts"]["fleet_up_mishaps_total"]["duplicated"] == 0
    assert sum(summary["counts"]["fleet_shard_restarts_total"].values()) == 1


# The second wave waits for half of the first; a success takes a second or two.
WAVES = """
[update]
idle = "1s"
heartbeats = 1
response = "10ms"
defer = 0.0
package = "16KiB"
backup = "10ms"
download = "10ms"
install = "10ms"
apply = "10ms"
functional_test = "10ms"
compatibility_test = "10ms"
[[campaigns]]
name = "spring"
version = "9.0.0"
at = "3s"
waves = [{ share = 0.5 }, { share = 1.0, succeeded = 5 }]
"""


@pytest.mark.slow
@needs_mosquitto
def test_a_killed_tms_goes_on_with_its_campaign(tmp_path: Path, free_port: int) -> None:
    """What had succeeded before `kill -9` opens the next wave after it; the run says so.

    All of the first wave have told of their success by then, so a TMS without a memory would wait
    for them for ever.
    """
    profile = tmp_path / "brisk.toml"
    tms = '[tms]\ntick = "8s"\norder_lead = "100ms"\n'
    profile.write_text(BRISK.replace("[tms]\n", tms) + WAVES)
    with running(profile, tmp_path, free_port, "--duration", "20s") as run:
        run.wait_for("fleet_heartbeats_total", TERMINALS)
        run.wait_for("fleet_updates_total", 10, outcome="succeeded")
        first = run.total("fleet_updates_total", outcome="offered")
        run.child("fleet.tms").send_signal(signal.SIGKILL)
        code, out, err = run.end()
    assert 10 <= first < TERMINALS
    assert code == 0, err
    assert "was killed by SIGKILL; it is started again, and goes on with its journal" in err
    words = " ".join(out.split())
    assert "the TMS was killed and started again 1 time and went on with its journal" in words
    assert "messages of terminals were heard by nobody, as no TMS listened (heartbeat " in words
    counts = run.summary()["counts"]
    assert counts["fleet_updates_total"]["offered"] > 0.8 * TERMINALS
    assert counts["fleet_messages_sent_total"]["register"] == TERMINALS


@pytest.mark.slow
@needs_mosquitto
def test_a_shard_that_fails_by_itself_ends_the_run(tmp_path: Path, free_port: int) -> None:
    """A shard which is ended for good again and again is given up, with its name."""
    profile = tmp_path / "brisk.toml"
    profile.write_text(BRISK)
    with running(profile, tmp_path, free_port, "--duration", "10m") as run:
        deadline = time.monotonic() + 60
        while run.process.poll() is None and time.monotonic() < deadline:
            for shard in run.children_of("fleet.run.shard"):
                if run.total("fleet_connects_total"):
                    shard.kill()
            time.sleep(0.05)
        code, _, err = run.end()
    assert code == 1
    assert "shard 0 was killed by SIGKILL" in err
    assert "Traceback" not in err


def test_memory_is_what_power_does_not_take(tmp_path: Path) -> None:
    """A terminal that was registered gets firmware, boots and orders back; another gets nothing."""
    create_memory(tmp_path / "memory", 2)
    pulse = Pulse(1, "2.0.0", has_battery=False)
    pulse.boot, pulse.plan = 3, 7
    step = Step(0, 12, Event.BOOTED, State.BOOTING, State.SELF_TEST, "", 0)
    Memory(tmp_path / "memory").keep(pulse, step)
    again = Memory(tmp_path / "memory")
    fresh = Pulse(1, "1.0.0", has_battery=False)
    assert again.restore(fresh) == 12
    assert (fresh.fw, fresh.boot, fresh.plan) == ("2.0.0", 3, 7)
    assert again.restore(Pulse(0, "1.0.0", has_battery=False)) is None


SHOT = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize(
    ("program", "restarts"), [(SHOT, RESTARTS_MAX), ("raise SystemExit(1)", 0)]
)
def test_who_dies_too_often_or_by_itself_stays_dead(program: str, restarts: int) -> None:
    """A child that is killed again and again ends what it is part of; so does one that fails."""
    revival = Revival(1, lambda index: python(program, ended=partial(revival.died, index)))

    async def main() -> None:
        async with children(python(program, ended=partial(revival.died, 0))):
            await revival.carry_out(lambda _: None, lambda _: b"")

    with pytest.raises(ExceptionGroup) as caught:
        run(main)
    assert caught.group_contains(ChildDied, match="toy")
    assert revival.restarts == [restarts]
