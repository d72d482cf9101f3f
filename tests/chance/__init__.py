"""Tests of what may happen."""
