"""`python -m coopter` is the command line."""

from coopter.cli import main

main()
