"""Check values of working keys: how a terminal knows that the keys it was given are the right ones.

A UnionPay sign-in delivers a PIN key and a MAC key, and by scheme 004 a track key, encrypted under
the terminal's master key. Real keys and ciphers have no place in a simulation. What is carried is
what shows in a terminal's behaviour: a check value for each key, which both sides derive, and which
is wrong where the host's key store and the terminal's disagree.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Final

from fleet.wire.words import KeyScheme

_KEYS: Final[dict[KeyScheme, tuple[str, ...]]] = {
    "001": ("PIK", "MAK"),
    "003": ("PIK", "MAK"),
    "004": ("PIK", "MAK", "TDK"),
}
_BYTES: Final = 3


@lru_cache(maxsize=8)
def check_values(secret: bytes, tid: str, req: int, scheme: KeyScheme) -> tuple[str, ...]:
    """Return the check value of each key of a sign-in, 6 hex digits each.

    Args:
        secret: The estate's.
        tid: Terminal identifier.
        req: Number of the sign-in request: each gets keys of its own.
        scheme: How many keys, and how long they are.
    """
    digest = blake2b(b"%s:%d:%s" % (tid.encode(), req, scheme.encode()), key=secret).digest()
    starts = range(0, _BYTES * len(_KEYS[scheme]), _BYTES)
    return tuple(digest[start : start + _BYTES].hex() for start in starts)
