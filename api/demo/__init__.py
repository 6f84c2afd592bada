"""The demo company: its careers site, its mailbox, its data."""
