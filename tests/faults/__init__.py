"""Faults of the machine: a power cut, a process killed, a server that restarts, a line that is cut."""
