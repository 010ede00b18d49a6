"""What comes in: payments, and what each member still owes."""
