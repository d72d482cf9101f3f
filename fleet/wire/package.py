"""What an update brings: a package whose content follows from its name, so that nobody stores it.

A package is a sequence of blocks, each the SHAKE-128 output of the package's name and the block's
number. Whoever serves it makes any part of it on demand; whoever receives it checks the SHA-256 of
all bytes against the order's, and the order's signature: an HMAC-SHA-256 over name, size and
checksum, under a key of the estate (symmetric, as the standard library has no asymmetric one; a
real terminal would hold a public key). Both checks are real: one wrong byte fails them.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Final, Literal, NamedTuple

What = Literal["firmware", "app", "parameter", "key"]

BLOCK_BYTES: Final = 4_096
CHUNK_BYTES_MAX: Final = 2**20
PACKAGE_BYTES_MAX: Final = 2**32
# Recent chunks are asked for by thousands of terminals at about the same time.
_REMEMBERED_CHUNKS: Final = 64


class Package(NamedTuple):
    """A package by name and size; `chunk` is how it is cut for the way.

    Attributes:
        what: What is updated.
        version: What it brings.
        size: Bytes.
        chunk: Bytes of each chunk but the last; a multiple of `BLOCK_BYTES`.
    """

    what: What
    version: str
    size: int
    chunk: int

    @property
    def chunks(self) -> int:
        """How many chunks it is cut into."""
        return -(-self.size // self.chunk)


@lru_cache(_REMEMBERED_CHUNKS)
def chunk_content(package: Package, number: int) -> bytes:
    """Return one chunk, `number` from 0; empty beyond the end."""
    begin, end = number * package.chunk, min((number + 1) * package.chunk, package.size)
    name = f"{package.what}/{package.version}/"
    blocks = range(begin // BLOCK_BYTES, -(-end // BLOCK_BYTES))
    made = (hashlib.shake_128(f"{name}{n}".encode()).digest(BLOCK_BYTES) for n in blocks)
    return b"".join(made)[: max(0, end - begin)]


@lru_cache(256)
def checksum(package: Package) -> str:
    """Return the SHA-256 of a whole package, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for number in range(package.chunks):
        digest.update(chunk_content(package, number))
    return digest.hexdigest()


@lru_cache(1_024)
def signature(secret: bytes, package: Package, sha256: str) -> str:
    """Return the signature of a package with this checksum, 64 hexadecimal digits."""
    text = f"{package.what}/{package.version}/{package.size}/{sha256}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: bytes, package: Package, sha256: str, signed: str) -> bool:
    """Whether `signed` is the signature of a package with this checksum."""
    return hmac.compare_digest(signature(secret, package, sha256), signed)
