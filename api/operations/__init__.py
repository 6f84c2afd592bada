"""How the desk is doing, for those who run it: readings, and whether the worker lives."""
