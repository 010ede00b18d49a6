"""The invoice on paper: HTML from a record, and PDF/A-3 with its Factur-X XML from a child process."""
