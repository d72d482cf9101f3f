"""What is learned from: months of an estate in virtual time, written as tables with their truth."""
