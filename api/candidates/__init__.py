"""Candidates, and proving who one is."""
