"""The studio on a port of this machine, until somebody stops it."""

import secrets
import socket
from collections.abc import Callable

import uvicorn

from spectral_film.errors import UsageError
from spectral_film.studio.guard import Guard
from spectral_film.studio.server import Studio

LOOPBACK = "127.0.0.1"
AT_ONCE = 32  # requests; a page asks a handful, and more than these are sent away


def listening(port: int) -> socket.socket:
    """A socket of the loopback.

    Args:
        port: Its number; 0: any that is free.

    Raises:
        UsageError: somebody else has it.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen()  # whoever reads the address may ask at once, and waits
    except OSError as reason:
        listener.close()
        raise UsageError(
            f"--port {port} cannot be had ({reason.strerror}); give another, or none for any free"
        ) from None
    return listener


def serve(studio: Studio, listener: socket.socket, ready: Callable[[str], None]) -> uvicorn.Server:
    """The server of a studio; its `run(sockets=[listener])` answers until it is stopped.

    Args:
        studio: What answers.
        listener: Where.
        ready: Told the address, token included.
    """
    port = listener.getsockname()[1]
    token = secrets.token_urlsafe(24)
    config = uvicorn.Config(
        Guard(studio.app(), token, port),
        lifespan="off",
        ws="none",
        log_level="error",
        access_log=False,  # addresses hold the token
        server_header=False,
        limit_concurrency=AT_ONCE,
        timeout_graceful_shutdown=1,
    )
    ready(f"http://{LOOPBACK}:{port}/{token}/")
    return uvicorn.Server(config)
