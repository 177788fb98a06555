"""A studio as a user starts one: the command in a process of its own, asked over its port."""

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

PROGRAM = (sys.executable, "-c", "from spectral_film.app.main import main; main()")
LONGEST = 120  # seconds that a page may take on a busy machine, kernels to be built


@dataclass
class Running:
    """A studio that runs.

    Attributes:
        address: As it was printed.
        process: Its process.
    """

    address: str
    process: subprocess.Popen

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def path(self) -> str:
        """The token, with strokes at both ends."""
        return urlsplit(self.address).path

    def send(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Any request: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, told, answer.read()
        finally:
            connection.close()

    def ask(self, name: str, **question: Any) -> Any:
        """A question of the page that is answered, by JSON."""
        status, _, body = self.send("POST", self.path + name, json.dumps(question).encode())
        assert status == 200, body
        return json.loads(body)

    def refused(self, name: str, **question: Any) -> str:
        """The sentence that a question is refused with."""
        status, _, body = self.send("POST", self.path + name, json.dumps(question).encode())
        assert status == 400, (status, body)
        said = json.loads(body)["error"]
        assert said
        assert "\n" not in said
        return str(said)

    def picture(self, name: str = "picture", **question: Any) -> tuple[np.ndarray, dict[str, Any]]:
        """A picture, (y, x, 3) of 8 bits, and what is said of it."""
        status, headers, body = self.send("POST", self.path + name, json.dumps(question).encode())
        assert status == 200, body
        told = json.loads(headers["rendering"])
        drawn = np.frombuffer(body, np.uint8).reshape(told["height"], told["width"], 4)
        assert (drawn[..., 3] == 255).all()
        return drawn[..., :3], told

    def state(self) -> dict[str, Any]:
        status, _, body = self.send("GET", self.path + "state")
        assert status == 200
        found: dict[str, Any] = json.loads(body)
        return found

    def order(self, **question: Any) -> dict[str, Any]:
        """An order, carried out."""
        self.ask("order", **question)
        return self.ended()

    def ended(self) -> dict[str, Any]:
        """The order that runs, when it no longer does."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            told: dict[str, Any] = json.loads(self.send("GET", self.path + "order")[2])
            if told["state"] != "running":
                return told
            time.sleep(0.05)
        raise AssertionError("the order did not end")

    @property
    def most_memory(self) -> int:
        """Bytes that the process ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return 1024 * int(line.split()[1])


@contextmanager
def running(folder: Path, *arguments: object) -> Iterator[Running]:
    """`spectral-film studio --no-browser` with these arguments, in a folder; Ctrl-C ends it."""
    process = subprocess.Popen(
        [*PROGRAM, "studio", "--no-browser", *map(str, arguments)],
        cwd=folder, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address, "it said no address"
        yield Running(address, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(LONGEST) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
