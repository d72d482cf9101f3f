"""What a benchmark can fail of."""


class BenchError(Exception):
    """It cannot be measured, and why: one sentence for the user."""
