"""Mails of the governance room."""
