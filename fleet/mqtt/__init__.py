"""MQTT 3.1.1 and 5: a codec and a client session without I/O, and the links that carry them."""
