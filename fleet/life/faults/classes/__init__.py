"""The rows of the catalogue, a module for each group of classes."""
