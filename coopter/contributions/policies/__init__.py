"""Who may do what in the contributions room."""
