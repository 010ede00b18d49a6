"""Reads of the contributions room."""
