"""What may happen: probability laws as values, random streams, hashed noise."""
