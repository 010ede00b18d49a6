"""What the billing tests share: golden files, rewritten only when asked."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coopter.billing.pdf.renderer import Renderer

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, bytes], None]:
    """Compare bytes with a golden file; `--update-golden` writes it instead."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, found: bytes) -> None:
        path = GOLDEN / name
        if update:
            path.write_bytes(found)
        assert path.is_file(), f"{name} is missing: run with --update-golden"
        assert found == path.read_bytes()

    return compare


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """One rendering child for all tests that have nothing against sharing it."""
    with Renderer() as pool:
        yield pool
