"""Reads of the office: what a closing would do, what waits for whom, whether everything still holds."""

from coopter.office.queries.preview import MemberPreview, Obstacle, Preview, preview_month

__all__ = ["MemberPreview", "Obstacle", "Preview", "preview_month"]
