"""The scene of the tests of costs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from coopter.values.actor import Role
from tests import factories as a
from tests.costs.scenes import Scene


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    grouping = a.a_grouping()
    with a.inside(grouping):
        north, south = a.a_structure("PC11"), a.a_structure("PC2")
        nolwenn = a.an_employee(north, south, code="E13")
        anne, treasurer = a.actor(grouping, Role.COORDINATOR), a.actor(grouping, Role.TREASURER)
        yield Scene(grouping, north, south, nolwenn, anne, treasurer)
