"""The planning tests' scene."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.planning.scene import Scene, a_scene


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """A grouping with its structures and employees, in scope."""
    with a_scene(app) as scene:
        yield scene
