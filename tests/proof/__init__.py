"""Tests of the proofs of datasets."""
