"""What people type in the governance room, by subject."""
