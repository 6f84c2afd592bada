"""Starting everything with one command: `desk up`."""
