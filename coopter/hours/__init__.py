"""What was worked: entries, their confirmation by the structure concerned, the lock of a month."""
