"""Who is expected where: shifts, their weekly patterns, calendar feeds."""
