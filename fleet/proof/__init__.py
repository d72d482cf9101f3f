"""The proof of a dataset: thirteen claims about it, each judged on its files alone."""
