"""Whether the gateway lives and can work, and what it measures."""
