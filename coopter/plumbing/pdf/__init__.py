"""Paper: HTML in, PDF/A-3a out, made by children that can reach nothing (R24) and are stopped when too slow (R62)."""
