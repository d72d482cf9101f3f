"""Check values tell keys apart."""

import pytest

from fleet.wire.keys import check_values
from fleet.wire.words import KeyScheme

SECRET = b"secret"
SCHEMES: tuple[KeyScheme, ...] = ("001", "003")


@pytest.mark.parametrize(("scheme", "keys"), [("001", 2), ("003", 2), ("004", 3)])
def test_each_key_of_a_scheme_has_a_check_value(scheme: KeyScheme, keys: int) -> None:
    """As many as the scheme has keys, each of 6 hex digits, none like another."""
    values = check_values(SECRET, "10000000", 1, scheme)
    assert len(set(values)) == keys
    assert all(len(value) == 6 and int(value, 16) >= 0 for value in values)


def test_keys_belong_to_one_request_of_one_terminal() -> None:
    """Another request, terminal or scheme has other keys."""
    values = {
        check_values(SECRET, tid, req, scheme)
        for tid in ("10000000", "10000001")
        for req in (1, 2)
        for scheme in SCHEMES
    }
    assert len(values) == 8
