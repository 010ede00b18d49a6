"""What is typed in the contributions room."""
