"""What a browser says while somebody reads: complaints of the console, failed requests, ways out of this machine."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

ELSEWHERE = re.compile(r"^(?!data:|blob:|about:|http://localhost[:/])")
FAILED_LOAD = "Failed to load resource"  # the same fact comes as a response, with its status


@dataclass
class Watch:
    """Faults of one browser context; `expected` are the statuses that its story provokes on purpose."""

    faults: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of a context, the ones it opens included."""
        context.route(ELSEWHERE, self._stop)
        context.on("page", self._listen)

    def expects(self, *statuses: int) -> None:
        """From here on a page may answer so."""
        self.expected.update(statuses)

    def _listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("requestfailed", self._failed)
        page.on("response", self._response)

    def _stop(self, route: Any) -> None:
        self.faults.append(f"leaves this machine: {route.request.url}")
        route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and FAILED_LOAD not in message.text:
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure and "ERR_ABORTED" in request.failure:  # a download, or a page left before its end
            return
        self.faults.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")
