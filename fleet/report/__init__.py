"""What people read when it is over: self-contained HTML pages of runs and datasets."""
