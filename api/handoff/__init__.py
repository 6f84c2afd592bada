"""Handing a conversation to a person; opening hours, holidays, reply times."""
