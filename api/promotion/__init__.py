"""Putting an NLU model live, going back to another, and telling those who asked."""
