"""Every claim of speed, measured beside its peers in the same run: `python -m benchmarks`."""
