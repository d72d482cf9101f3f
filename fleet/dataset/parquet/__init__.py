"""Parquet, written column by column at the speed of numpy: the footer, the encodings, the file."""
