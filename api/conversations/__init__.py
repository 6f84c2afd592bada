"""Conversations, messages, the turn, its effects, and the streams."""
