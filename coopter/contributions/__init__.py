"""Who owes what as a member: dues, contributions proportional to activity, their study, and who gives and receives."""
