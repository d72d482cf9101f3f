"""Tests of what the user types."""
