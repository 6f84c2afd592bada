"""The candidates' JSON API, version 1."""
