"""What is said: messages, topics, their JSON, and the published contract."""
