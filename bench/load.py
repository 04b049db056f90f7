"""A small closed-loop load: a few keep-alive connections to 127.0.0.1, each asking again as soon as it is answered."""

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

HARD_STOP = 60.0  # seconds to wait for the last answers


@dataclass
class Outcome:
    """What one round of load gave: answers, seconds, and how often each status was seen."""

    answers: int = 0
    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)


class _Connection:
    """One keep-alive connection that counts its answers."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def answered(self) -> int | None:
        """The status once an answer is complete, else None. Raises ConnectionError when the server hung up."""
        received = self.socket.recv(262144)
        if not received:
            raise ConnectionError("the server closed the connection")
        self.buffer += received
        head, blank, body = self.buffer.partition(b"\r\n\r\n")
        if not blank:
            return None
        lowered = head.lower()
        if b"transfer-encoding: chunked" in lowered:
            if not body.endswith(b"0\r\n\r\n"):
                return None
        else:
            _, _, length = lowered.partition(b"content-length:")
            if len(body) < int(length.split(b"\r\n", 1)[0] or 0):
                return None
        self.closes = b"connection: close" in lowered
        self.buffer = b""
        return int(head[9:12])


def load(port: int, ask: Callable[[], bytes], *, seconds: float, connections: int = 8) -> Outcome:
    """Ask for so many seconds, then wait for what is still under way, so that no backlog spoils the next round."""
    outcome = Outcome()
    chosen = selectors.DefaultSelector()
    began = time.perf_counter()
    for _ in range(connections):
        connection = _Connection(port)
        connection.socket.sendall(ask())
        chosen.register(connection.socket, selectors.EVENT_READ, connection)
    open_ones = connections
    while open_ones and time.perf_counter() - began < seconds + HARD_STOP:
        for key, _ in chosen.select(timeout=1):
            connection = key.data
            status = connection.answered()
            if status is None:
                continue
            outcome.answers += 1
            outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
            if time.perf_counter() - began >= seconds:
                chosen.unregister(connection.socket)
                connection.socket.close()
                open_ones -= 1
                continue
            if connection.closes:  # a worker that is being renewed says so
                chosen.unregister(connection.socket)
                connection.socket.close()
                connection.connect()
                chosen.register(connection.socket, selectors.EVENT_READ, connection)
            connection.socket.sendall(ask())
    outcome.seconds = time.perf_counter() - began
    chosen.close()
    return outcome
