"""A wire between a browser and the web process that can be cut: for good, or so that nobody notices."""

import contextlib
import selectors
import socket
import threading
from enum import StrEnum

PIECE = 65_536


class Wire(StrEnum):
    WHOLE = "whole"
    SILENT = "silent"  # open, and nothing comes through: a cable pulled, a router that forgot
    CUT = "cut"  # closed, and no new connection is taken
    FORGOTTEN = "forgotten"  # whole, but whatever was open stays silent for ever


class Proxy:
    """Passes bytes between a free loopback port and another, for as long as its wire is whole."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.wire = Wire.WHOLE
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        self.is_over = False
        self.pairs: dict[socket.socket, socket.socket] = {}
        self.forgotten: list[socket.socket] = []
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.server, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def put(self, wire: Wire) -> None:
        self.wire = wire

    def stop(self) -> None:
        self.is_over = True
        self.thread.join(5)
        self.server.close()

    def _run(self) -> None:
        while not self.is_over:
            if self.wire is not Wire.SILENT:
                for key, _ in self.selector.select(0.02):
                    self._serve(key.fileobj)
            else:
                threading.Event().wait(0.02)
            if self.wire is Wire.CUT:
                self._drop_all()
            elif self.wire is Wire.FORGOTTEN:
                self._forget_all()
        self._drop_all()
        for end in self.forgotten:
            end.close()

    def _serve(self, ready: object) -> None:
        assert isinstance(ready, socket.socket)
        if ready is self.server:
            self._take()
        elif ready in self.pairs:
            self._pass_on(ready)

    def _take(self) -> None:
        near, _ = self.server.accept()
        if self.wire is Wire.CUT:
            near.close()
            return
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            near.close()
            return
        self.pairs |= {near: far, far: near}
        for end in (near, far):
            self.selector.register(end, selectors.EVENT_READ)

    def _pass_on(self, ready: socket.socket) -> None:
        try:
            data = ready.recv(PIECE)
            if data:
                self.pairs[ready].sendall(data)
        except OSError:
            data = b""
        if not data:
            self._drop(ready)

    def _drop(self, end: socket.socket) -> None:
        other = self.pairs.pop(end, None)
        if other is not None:
            self.pairs.pop(other, None)
            for each in (end, other):
                self.selector.unregister(each)
                with contextlib.suppress(OSError):
                    each.close()

    def _drop_all(self) -> None:
        for end in list(self.pairs):
            self._drop(end)

    def _forget_all(self) -> None:
        for end in self.pairs:
            self.selector.unregister(end)
        self.forgotten += self.pairs
        self.pairs.clear()
        self.wire = Wire.WHOLE
