"""Files that the contributions room reads."""
