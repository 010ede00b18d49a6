"""Who owes what for the shared staff: cost lines, allocation keys, the monthly split."""
