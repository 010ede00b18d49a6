"""Writes of the contributions room."""
