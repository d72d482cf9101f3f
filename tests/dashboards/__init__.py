"""Tests of the dashboards, the rules and the stack."""
