"""Writes of the treasury."""
