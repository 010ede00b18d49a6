"""The rules of contributions, pure."""
