"""Tests of `fleet.tms`."""
