"""The coordinator's desk: what waits for me, closing a month, verifying, exporting, backing up."""
