"""Tests of the benchmarks: that they measure and judge what they say."""
