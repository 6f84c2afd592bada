"""The chat element and the hosted page."""
