"""Who answers: the terminal management system's desk, and its service on MQTT."""
