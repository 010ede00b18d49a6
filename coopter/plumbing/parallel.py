"""The same work on many things at once, each thread with a database session of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from flask import current_app

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers() -> int:
    """How many documents this installation makes at once (COOPTER_PDF_WORKERS)."""
    return int(current_app.config["PDF_WORKERS"])


def in_threads(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    workers: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Result]:
    """The results in the order of the items; `work` enters the grouping's scope by itself, and its first exception is
    raised once the others are done."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def one(item: Item) -> Result:
        with app.app_context():
            return work(item)

    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        futures = [pool.submit(one, item) for item in items]
        for done, _ in enumerate(as_completed(futures), start=1):
            progress(done, len(items))
    return [future.result() for future in futures]
