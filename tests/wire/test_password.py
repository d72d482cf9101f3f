"""Passwords and their proofs."""

import re

from hypothesis import given
from hypothesis import strategies as st

from fleet.wire.password import estate_secret, password, proof

tids = st.integers(10_000_000, 99_999_999).map(str)


@given(st.integers(0, 2**64 - 1), tids)
def test_a_password_is_six_to_eight_digits(seed: int, tid: str) -> None:
    """Every terminal's password has 6 to 8 digits, the same each time."""
    word = password(estate_secret(seed), tid)
    assert re.fullmatch(r"[0-9]{6,8}", word)
    assert word == password(estate_secret(seed), tid)


@given(tids, st.integers(0, 2**32))
def test_a_proof_is_sixteen_hex_digits(tid: str, req: int) -> None:
    """A proof has the form that the message asks for."""
    assert re.fullmatch(r"[0-9a-f]{16}", proof("123456", tid, req))


def test_all_lengths_occur() -> None:
    """Passwords of 6, 7 and 8 digits each make up about a third."""
    words = [password(b"s", str(10_000_000 + i)) for i in range(3_000)]
    for length in (6, 7, 8):
        assert 900 < sum(len(word) == length for word in words) < 1_100


def test_a_proof_is_for_one_request_of_one_terminal() -> None:
    """Another password, terminal, request or secret gives another proof."""
    word = password(estate_secret(1), "10000001")
    assert len(
        {
            proof(word, "10000001", 1),
            proof(word, "10000001", 2),
            proof(word, "10000002", 1),
            proof(password(estate_secret(2), "10000001"), "10000001", 1),
        }
    ) == 4  # fmt: skip
