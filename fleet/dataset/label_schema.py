"""The tables of labels, one for each horizon, with columns for each kind of fault.

Their instants come again with every terminal and their chances are told to three digits, so zstd
finds them as they are.
"""

from collections.abc import Sequence

import pyarrow as pa

from fleet.dataset.schema import OF_TERMINAL, instant
from fleet.dataset.table import WORD, Column, Layout, Table


def labels(horizon: str, codes: Sequence[str]) -> Table:
    """Return the table of labels for a horizon, with a pair of columns for each kind of fault."""
    own: list[Column] = []
    for code in codes:
        own += [
            Column(f"y_{word(code)}", pa.bool_(), f"whether {code} strikes in time", nullable=True),
            Column(f"oracle_p_{word(code)}", pa.float64(), f"true chance that {code} does", "1"),
        ]
    return Table(
        f"labels/h={horizon}",
        f"What happens to a terminal within {horizon} after an instant.",
        Layout.BUCKET,
        ("terminal_id", "ts"),
        (
            OF_TERMINAL,
            instant("ts", "the instant that is labelled; features may use what arrived by then"),
            Column("y", pa.int8(), "1 if a fault that ends a life strikes in time, 0 if none does, "
                   "null if the study ends before one could know", nullable=True),
            Column("tte_h", pa.float64(), "time to that fault, or to the study's end", "h"),
            Column("event_observed", pa.bool_(), "whether a fault ends tte_h; else censored"),
            Column("next_class", WORD, "kind of that fault", nullable=True),
            Column("phase", WORD, "healthy, precursor, faulty, repair"),
            Column("oracle_p", pa.float64(), "true chance that a fault does", "1"),
            *own,
        ),
    )  # fmt: skip


def word(code: str) -> str:
    """Return a fault's code as part of a column's name: `PWR-101` becomes `pwr_101`."""
    return code.lower().replace("-", "_")
