"""Tests of `fleet.wire`."""
