"""The pipes of the house: database, transaction, tenancy, clock, journal, files, mail, jobs, doors, pages."""
