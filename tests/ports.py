"""Ports of this machine, for servers that tests start."""

import socket
import time


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def wait_for(port: int, seconds: float = 30) -> None:
    """Return when somebody listens at `port`; raise TimeoutError if nobody does in time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"nobody listens at port {port}")
