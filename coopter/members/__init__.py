"""Who belongs: groupings, structures and their memberships, people, roles, sign-in."""
