"""Tests of who runs it."""
