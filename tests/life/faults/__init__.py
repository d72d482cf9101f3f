"""Tests of fleet.life.faults."""
