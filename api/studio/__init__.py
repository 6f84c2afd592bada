"""The admins' training console."""
