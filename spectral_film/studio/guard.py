"""The guard: who may ask, and how much.

A page of anybody else, opened in the same browser, can send requests to this machine, and a name
of theirs can be made to point here (DNS rebinding). So a request must carry the token, which is in
the address that was printed; call this server by its own name; come from no other page; and be no
larger than such a request can be. Whoever fails is told nothing of what is here.
"""

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_QUESTION = 1 << 16  # bytes of JSON
LARGEST_DROP = 1 << 29  # bytes of a file dropped onto the page; larger ones are opened by path
HEADERS = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    b"frame-ancestors 'none'",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
}


class TooLarge(Exception):  # noqa: N818  # nothing of ours went wrong
    """More bytes come than may; who reads them hears it."""


class Guard:
    """Lets those through to an app who may, and hands it the path behind the token.

    Args:
        app: Behind the guard.
        token: In the address.
        port: That is listened at.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app, self._token = app, token.encode()
        self._hosts = {f"{name}:{port}".encode() for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            return
        headers = dict(scope["headers"])  # of several of a name the last
        status = self._refusal(scope, headers)
        most = LARGEST_DROP if scope["method"] == "PUT" else LARGEST_QUESTION
        if not status and _announced(headers) > most:
            status = 413
        if status:
            await _answer(send, status)
            return
        _, _, rest = scope["path"][1:].partition("/")
        inside = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS.items()]}
            await send(message)

        await self.app(inside, _counted(receive, most), with_headers)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> int:
        """The status to refuse a request with; 0: it may pass."""
        if headers.get(b"host") not in self._hosts:
            return 421
        origin = headers.get(b"origin")
        if origin is not None and origin.removeprefix(b"http://") not in self._hosts:
            return 403
        token, slash, rest = scope["path"][1:].partition("/")
        # A link, as that which opens the page, may come from anywhere: it knows the token or not.
        is_link = not rest and headers.get(b"sec-fetch-dest") == b"document"
        if headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin") and not is_link:
            return 403
        if not slash or not secrets.compare_digest(token.encode(), self._token):
            return 404
        return 0


def _announced(headers: dict[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _counted(receive: Receive, most: int) -> Receive:
    """What comes, as long as it is no more than may."""
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > most:
            raise TooLarge
        return message

    return counted


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close"), *HEADERS.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
