"""The rules of deciding together, pure."""
