"""Messages as JSON and back, strictly: what breaks the contract is refused, with the reason."""

from typing import Final

import msgspec

from fleet.wire.errors import WireError
from fleet.wire.messages import DOWN, UP, AnyOrder, ChunkAnswered, Message, Order
from fleet.wire.package import CHUNK_BYTES_MAX

# The longest message that keeps the contract is a status report of about 3 KiB; a longer payload
# is not worth parsing, unless it is a chunk of a package, in base64.
PAYLOAD_BYTES_MAX: Final = 16_384
CHUNK_PAYLOAD_BYTES_MAX: Final = CHUNK_BYTES_MAX * 4 // 3 + 1_024

_ENCODER: Final = msgspec.json.Encoder()
_UP: Final[dict[str, msgspec.json.Decoder[Message]]] = {
    message.kind: msgspec.json.Decoder(message) for message in UP
}
_DOWN: Final[dict[str, msgspec.json.Decoder[Message]]] = {
    **{message.kind: msgspec.json.Decoder(message) for message in DOWN},
    # Several orders share one kind; their `order` field tells them apart.
    Order.kind: msgspec.json.Decoder(AnyOrder),
}


def encode(message: Message) -> bytes:
    """Return a message's payload: JSON, fields in the order of their declaration."""
    return _ENCODER.encode(message)


def decode_up(kind: str, payload: bytes) -> Message:
    """Read what a terminal said; `kind` is the last part of its topic.

    Raises:
        WireError: There is no such kind, or the payload is not what its schema asks for.
    """
    return _decode(_UP, kind, payload)


def decode_down(kind: str, payload: bytes) -> Message:
    """Read what was said to a terminal; `kind` is the last part of its topic.

    Raises:
        WireError: There is no such kind, or the payload is not what its schema asks for.
    """
    return _decode(_DOWN, kind, payload)


def _decode(
    decoders: dict[str, msgspec.json.Decoder[Message]], kind: str, payload: bytes
) -> Message:
    decoder = decoders.get(kind)
    if decoder is None:
        msg = f"no message of kind {kind!r}; there is {', '.join(sorted(decoders))}"
        raise WireError(msg)
    longest = CHUNK_PAYLOAD_BYTES_MAX if kind == ChunkAnswered.kind else PAYLOAD_BYTES_MAX
    if len(payload) > longest:
        msg = f"{kind}: {len(payload)} bytes; no message is longer than {longest}"
        raise WireError(msg)
    try:
        return decoder.decode(payload)
    # Text that is no UTF-8 and numbers beyond any type are ValueErrors, endless brackets the other.
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        msg = f"{kind}: {error}"
        raise WireError(msg) from None
