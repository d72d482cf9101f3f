"""A dataset as the tables of datasets that people know, for the notebooks they have."""
