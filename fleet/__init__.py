"""A simulator of payment-terminal estates."""

__version__ = "0.1.0"
