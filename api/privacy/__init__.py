"""Consent, export, erasure, retention."""
