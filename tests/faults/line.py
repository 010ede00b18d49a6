"""The line to a PostgreSQL server, with a cut in it: a proxy on a Unix socket that spoils the next COMMIT (row R5)."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Literal

Cut = Literal["before", "while", "after"]
SOCKET = ".s.PGSQL.5432"
COMMIT, LOOKED_UP = b"COMMIT\x00", b"operation"


class Line:
    """Passes everything on, until `cut` is set: then the next COMMIT's client hears nothing more.

    `before`  the server never gets that COMMIT;
    `while`   the server gets it when somebody has already come back to ask what became of it;
    `after`   the server has done it, and its answer is lost.
    """

    def __init__(self, server: Path, folder: Path) -> None:
        self.server, self.folder = server / SOCKET, folder
        self.cut: Cut | None = None
        self.held: list[Callable[[], None]] = []  # what goes on once the answer is asked for
        self.cuts = 0
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(folder / SOCKET))
        self.door.listen()
        Thread(target=self._open, daemon=True).start()

    def close(self) -> None:
        """Nobody gets through any more."""
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.door.accept()
                Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        ends = {client: server, server: client}
        with suppress(OSError):
            server.connect(str(self.server))
            while True:
                for end in select.select(ends, [], [])[0]:
                    said = end.recv(1 << 16)
                    if not said:
                        raise ConnectionResetError
                    if end is client and self._spoilt(said, client, server):
                        return
                    ends[end].sendall(said)
                    if end is client and self.held and LOOKED_UP in said:
                        select.select([server], [], [], 0.5)  # whoever does not wait for an open COMMIT is answered now
                        self.held.pop()()
        client.close()
        server.close()

    def _spoilt(self, said: bytes, client: socket.socket, server: socket.socket) -> bool:
        if self.cut is None or COMMIT not in said:
            return False
        cut, self.cut = self.cut, None
        self.cuts += 1

        def go_on() -> None:
            server.sendall(said)
            server.recv(1 << 16)  # done: what is answered goes nowhere
            server.close()

        if cut == "before":
            server.close()
        elif cut == "after":
            go_on()
        else:
            self.held.append(go_on)
        client.close()
        return True
