"""Mails of the contributions room."""
