"""The pure values, without app nor database."""
