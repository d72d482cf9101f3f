"""Tests; the tree mirrors that of `fleet`."""
