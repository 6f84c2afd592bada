"""What the assistant's actions read."""
