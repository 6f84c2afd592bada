"""Checks of `make check` that no tool brings along. Each exits 1 with what is wrong."""
