"""An operator's password, and the proof of knowing it.

Each terminal's password is derived from the estate's secret, so that neither side stores any. It
never travels: what does is a digest over the terminal and the number of the request, keyed by it
(BLAKE2b, RFC 7693), so that what was overheard once proves nothing the next time.

Where both sides live in one process, the second to ask finds what the first has worked out.
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Final

DIGITS_MIN: Final = 6
DIGITS_MAX: Final = 8
PROOF_LENGTH: Final = 16


def estate_secret(seed: int) -> bytes:
    """Return the secret of the estate that a seed makes: both sides of a simulation know the seed.

    Args:
        seed: Not negative.
    """
    return b"fleet estate %d" % seed


@lru_cache(maxsize=1_024)
def password(secret: bytes, tid: str, credential: int = 0) -> str:
    """Return the operator's password at a terminal: 6 to 8 digits, as UnionPay's terminals ask.

    Args:
        secret: The estate's.
        tid: Terminal identifier.
        credential: How many passwords the operator has had there before.
    """
    digest = blake2b(b"%s:%d" % (tid.encode(), credential), key=secret).digest()
    length = DIGITS_MIN + digest[0] % (DIGITS_MAX - DIGITS_MIN + 1)
    # 64 bits over at most 10**8 passwords: none is likelier than another by more than 1e-11.
    return f"{int.from_bytes(digest[1:9]) % 10**length:0{length}d}"


@lru_cache(maxsize=8)
def proof(password: str, tid: str, req: int) -> str:
    """Return what shows, for this request alone, that somebody typed `password`: 16 hex digits."""
    asked = b"%s:%d" % (tid.encode(), req)
    return blake2b(asked, key=password.encode(), digest_size=PROOF_LENGTH // 2).hexdigest()
