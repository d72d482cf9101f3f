"""Tests of `fleet.watch`."""
