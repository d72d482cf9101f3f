"""The one thing that can go wrong here: the peer said something that is not in the contract."""


class WireError(ValueError):
    """The peer's mistake: a topic or a payload that the contract does not hold."""
