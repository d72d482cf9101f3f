"""Load generators to be compared with: each a program that takes its task as a line of JSON."""
