"""What makes the chapters of a life raise their faults: the lines of a profile for each code.

A fault that strikes by a hazard is provoked by `[faults.X] onset`. One that a chapter of its own
raises (an update, a sign-in, a common cause) is provoked by what that chapter asks the profile for.
These are the codes which have such a chapter; most of them have no hazard besides.
"""

from collections.abc import Mapping
from typing import Final


def _cause(lines: str) -> str:
    return f'[[causes]]\nname = "it"\n{lines}'


def _campaign(lines: str) -> str:
    return f'[[campaigns]]\nname = "it"\nversion = "9.9.9"\nat = "1h"\n{lines}'


def _update(line: str, more: str = "") -> str:
    return _campaign(f"{more}[update]\n{line}")


def _payment(line: str) -> str:
    return f"[transactions]\nmessages = true\n{line}"


_MODELS: Final = 'models = [{ name = "M", share = 0.9 }, { name = "N", share = 0.1 }]'
_SETTLED: Final = '[settlement]\nat = "20:00"'
KNOBS: Final[Mapping[str, str]] = {
    "PWR-105": '[day]\nopens = "08:30"\ncloses = "12:00"\n[shutdown]\nhang = 1.0',
    "COM-207": _cause('kind = "outage"\ncode = "COM-207"\nat = "2h"\nlasts = "30m"\nper = "site"'),
    "COM-209": _cause('kind = "outage"\nat = "2h"\nlasts = "30m"'),
    "IDN-301": "[tms]\nregistration_taken = 0.7",
    "IDN-302": "[tms]\nregistration_unknown = 0.7",
    "HW-605": _cause('kind = "clock_step"\nat = "2h"\nstep = "2h"\ndrift = "1h"'),
    "SW-703": _campaign('defect = 1.0\ndefect_caught = 0.0\ncrash_after = "2h"'),
    "SW-705": "[boot]\nfailure = 0.9",
    "PAY-801": _update("interface_lost = 1.0\n", 'kind = "parameter"\n') + _payment(""),
    "PAY-802": _cause('kind = "gateway"\nat = "2h"\nslow = "1h"\nlasts = "8h"\nrefusal = 1.0\n')
    + _payment(""),
    "PAY-803": _payment("batch_mismatch = 0.5"),
    "SGN-851": "[sign_in]\nwrong_password = 0.9\nforgotten = 1.0",
    "SGN-852": '[tms]\nsign_in_refusals = { "62" = 0.8 }',
    "SGN-853": "[sign_in]\nsignature = 1.0\nsignature_failure = 0.8",
    "SGN-854": "[tms]\nkey_mismatch = 0.9",
    "SGN-856": "[sign_in]\nfrozen = 0.9",
    "SGN-855": '[sign_in]\nvalidity = "2h"',
    "SEC-902": _cause('kind = "certificate"\nat = "2h"\nrestart = 0.0\nrenewal = "3h"'),
    "SEC-903": ('[[orders]]\nat = "2h"\norder = "lock"\n[[orders]]\nat = "4h"\norder = "unlock"'),
    "UPD-951": _update("download_failure = 1.0"),
    "UPD-952": _update("no_space = 1.0"),
    "UPD-953": _update("checksum_failure = 0.5"),
    "UPD-954": _update("install_failure = 1.0"),
    "UPD-955": _campaign('made_for = ["N"]\n[estate]\n' + _MODELS),
    "UPD-956": _update("post_test_failure = 1.0"),
    "UPD-957": _update("parameter_interrupted = 0.9", 'kind = "parameter"\n'),
    "UPD-958": _update("expired = 1.0"),
    "DAT-971": '[tms]\nscript.sync = { 2 = "96" }',
    "DAT-972": '[forced_shutdown]\noperator = "5h"\n[damage]\ndata_loss = 1.0\n' + _SETTLED,
    "DAT-973": _update("backup_failure = 1.0"),
}
