"""Roles, applications, stages and promises."""
