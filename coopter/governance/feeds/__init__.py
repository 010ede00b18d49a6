"""Calendars of the governance room: pure functions of its records."""
