"""How long a document that is too heavy keeps others waiting: seconds until each refusal, and until the next document.

The limits are those of the application; the tests prove which bound ends what (tests/billing/test_pdf_fence.py), this
measures when. Prints one JSON object; `python bench/heavy.py`.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from coopter.plumbing.pdf.renderer import DocumentTooHeavy, Limits, Renderer

WHEN = datetime(2007, 4, 5, 12, tzinfo=UTC)
HEAD = "<html lang=fr><title>x</title>"
HEAVY = {
    "rows": "<table>" + "<tr><td>a<td>b<td>c" * 30_000,
    "colspans": "<table>" + "<tr><td colspan=1000>x" * 3000,
    "nested": "<div>" * 5000 + "x",
    "text": "<p>" + "mot " * 2_000_000,
    "memory": "x" * (300 << 20),
}


def measure() -> dict[str, object]:
    """For each heavy page, seconds until its refusal (None when it was made) and until a light one after it."""
    limits = Limits()
    figures: dict[str, object] = {"cpu_limit_s": limits.cpu_seconds, "wall_limit_s": limits.wall_seconds}
    with Renderer(limits=limits) as pool:
        for name, heavy in HEAVY.items():
            refused, started = False, time.monotonic()
            try:
                pool.render(HEAD + heavy, when=WHEN, title=name)
            except DocumentTooHeavy:
                refused = True
            figures[f"{name}_s"] = round(time.monotonic() - started, 2)
            figures[f"{name}_refused"] = refused
            started = time.monotonic()
            pool.render(HEAD + "x", when=WHEN, title="light")
            figures[f"after_{name}_s"] = round(time.monotonic() - started, 2)
    return figures


if __name__ == "__main__":
    print(json.dumps(measure()))
