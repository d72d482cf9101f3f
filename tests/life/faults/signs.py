"""Where a source shows in what a terminal measures, and how its readings move."""

import numpy as np
from numpy.typing import NDArray

from fleet.life.channels import CHANNELS, ROW
from fleet.life.symptoms import Shape, Symptom
from fleet.life.telemetry import telemetry
from fleet.life.terminal import Terminal

UNSEEN = "hazards.precursor_snr = 0.0\n"
SAMPLES = 200


def shows(terminal: Terminal, source: int) -> set[str]:
    """Return the channels in which a source shows."""
    slots = terminal.vitals.symptoms.slots[terminal.pulse.index]
    columns = {int(slot["column"]) for slot in slots if slot["source"] == source}
    slow = {
        symptom.channel for number, symptom, *_ in terminal.unit.gauges._shown if number == source
    }
    return {CHANNELS[column].name for column in columns} | slow


def read_at(terminal: Terminal, at: int) -> dict[str, NDArray[np.float64]]:
    """Return what a terminal measures at an instant, as its next heartbeats and reports have it."""
    seq = np.arange(1, SAMPLES + 1).astype(np.uint64)
    rows, times = np.full(SAMPLES, terminal.pulse.index), np.full(SAMPLES, at)
    table = telemetry(terminal.vitals, rows, times, seq, terminal.origin_ms)
    read = dict(zip(ROW, table.T, strict=True))
    slow = [terminal.unit.gauges.read(7, 0, n, at, 1.0) for n in range(SAMPLES)]
    return read | {name: np.array([each[name] for each in slow]) for name in slow[0]}


def assert_moved(read: list[dict[str, NDArray[np.float64]]], symptoms: tuple[Symptom, ...]) -> None:
    """Assert that the first readings differ from the second by these symptoms, each its way.

    A card that cannot be read is no payment either, so that those move with the errors.
    """
    seen, unseen = read
    moved = {name for name in seen if not np.array_equal(seen[name], unseen[name])}
    channels = {symptom.channel for symptom in symptoms}
    follows = {"txn_ok", "txn_fail"} if "read_errors" in channels else set()
    assert moved - follows == channels
    for symptom in symptoms:
        if symptom.shape is not Shape.NOISE:  # which goes both ways
            by = seen[symptom.channel].mean() - unseen[symptom.channel].mean()
            assert by * symptom.rise > 0.0
