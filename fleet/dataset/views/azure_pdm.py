"""A view after Microsoft's set for predictive maintenance: five tables about machines.

Readings stand in the columns that its notebooks expect. Failures are those that end a life, by
code: tickets know but the few that need a desk.
"""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from fleet.dataset.views.source import Source, copy

_READINGS: Final = {
    "datetime": "ts", "machineID": "terminal_id", "volt": "supply_mv", "rotate": "rtt_ms",
    "pressure": "temp_cel", "vibration": "mem_frac",
}  # fmt: skip
_INFO: Final = 9


def azure_pdm(source: Source, folder: Path) -> None:
    """Write its five tables."""
    columns = list(_READINGS.values())
    copy(folder / "PdM_telemetry.csv", _READINGS, source.parts("observed/telemetry", columns))
    machines = {"machineID": "terminal_id", "model": "model", "age": "age_at_entry_h"}
    copy(folder / "PdM_machines.csv", machines, source.parts(
        "observed/terminals", [*machines.values()]))  # fmt: skip
    errors = {"datetime": "ts", "machineID": "terminal_id", "errorID": "event_code"}
    events = source.parts("observed/events", [*errors.values(), "severity"])
    bad = (part.filter(pc.greater(part["severity"].cast(pa.int8()), _INFO)) for part in events)
    copy(folder / "PdM_errors.csv", errors, bad)
    maintenance = {"datetime": "start_ts", "machineID": "terminal_id", "comp": "component"}
    copy(folder / "PdM_maint.csv", maintenance, source.parts(
        "observed/maintenance", [*maintenance.values()]))  # fmt: skip
    failures = {"datetime": "onset_ts", "machineID": "terminal_id", "failure": "code"}
    faults = source.parts("truth/faults", [*failures.values(), "life_id"])
    ended = (part.filter(part["life_id"].is_valid()) for part in faults)
    copy(folder / "PdM_failures.csv", failures, ended)
