"""Roles and applications from outside: ATS, JSON-LD, CSV."""
