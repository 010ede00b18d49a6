"""Whom we employ together: employees, their contracts, their placements at members."""
