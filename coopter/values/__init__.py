"""Bricks of the house: pure values that know nobody."""
