"""The studio under attack: pages of others, names that lead elsewhere, floods. It stands."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from running_studio import running

from spectral_film.studio.guard import LARGEST_DROP, LARGEST_QUESTION

SECRET = "the whole of somebody's diary"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacked")
    (folder / "diary.csv").write_text(f"380,1\n780,{SECRET}\n")
    (folder / "diary.txt").write_text(SECRET)
    return folder


@pytest.fixture(scope="module")
def studio(folder):
    with running(folder) as started:
        started.picture(settings={}, width=160)
        yield started


@pytest.fixture(autouse=True)
def still_works(studio):
    """Whatever was done, the next picture is as it was."""
    before, _ = studio.picture(settings={}, width=160)
    yield
    after, _ = studio.picture(settings={}, width=160)
    assert np.array_equal(before, after)


@pytest.mark.parametrize("name", ["", "state", "studio.js", "order"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=lambda headers: "-".join(headers.values()),
)
def test_pages_of_others_are_sent_away(studio, name, headers):
    status, said, body = studio.send("GET", studio.path + name, headers=headers)
    assert (status, body) == (403, b"")
    assert "access-control-allow-origin" not in said
    status, _, body = studio.send("POST", f"{studio.path}state", b"{}", headers)
    assert (status, body) == (403, b"")


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "[::1]:{port}"]
)
def test_a_name_of_others_that_points_here_is_no_name_of_ours(studio, host):
    headers = {"Host": host.format(port=studio.port)}
    assert studio.send("GET", studio.path, headers=headers)[0] == 421


def test_the_page_itself_may_ask(studio):
    for name in ("127.0.0.1", "localhost"):
        host = f"{name}:{studio.port}"
        headers = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        assert studio.send("GET", f"{studio.path}state", headers=headers)[0] == 200


@pytest.mark.parametrize(
    "path", ["/", "/state", "/x/state", "{less}/state", "{path}x/state", "//state", "{path}"]
)
def test_nothing_is_told_without_the_token(studio, path):
    token = studio.path.strip("/")
    asked = path.format(less=f"/{token[:-1]}", path=f"/{token}")
    status, _, body = studio.send("GET", asked)
    assert (status, body) == (404, b"")


def test_it_listens_to_this_machine_alone(studio):
    others = {
        found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    } - {"127.0.0.1"}
    others = {address for address in others if not address.startswith("127.")}
    if not others:
        pytest.skip("this machine has no other address")
    for address in others:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, studio.port)) != 0


WAYS_OUT = [
    "../diary.txt", "..%2fdiary.txt", "%2e%2e/diary.txt", "..%5cdiary.txt", "studio.js/../../x",
    "%2fetc%2fpasswd", "/etc/passwd", "....//diary.txt", "studio.js%00.txt", "__init__.py",
    "../server.py", "page/studio.js", "drop/../../diary.txt",
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS_OUT)
def test_names_lead_nowhere(studio, way):
    status, _, body = studio.send("GET", studio.path + way)
    assert status in (404, 405)
    assert SECRET.encode() not in body


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fdiary.txt",
        "%2e%2e",
        ".hidden.png",
        "a%2fb.png",
        "a%5cb.png",
        "a%0ab.png",
        "x" * 300,
    ],
)
def test_what_is_dropped_lies_where_it_is_put(studio, folder, name):
    before = sorted(path.name for path in folder.rglob("*"))
    status, _, _ = studio.send("PUT", f"{studio.path}drop/{name}", b"P6 1 1 255\n...")
    assert status in (400, 404, 405)
    assert sorted(path.name for path in folder.rglob("*")) == before


@pytest.mark.parametrize("key", ["film", "print", "illuminant", "filter"])
@pytest.mark.parametrize(
    "name", ["diary.csv", "./diary.csv", "{folder}/diary.csv", "/etc/passwd", "../x.h5"]
)
def test_settings_open_no_file_that_was_not_chosen(studio, folder, key, name):
    said = studio.refused("picture", settings={key: name.format(folder=folder)}, width=64)
    assert "chosen for this studio" in said
    assert SECRET not in said
    assert "chosen for this studio" in studio.refused(
        "recipe/read", text=f'recipe = 1\n{key} = "{name.format(folder=folder)}"'
    )


def test_a_dropped_name_opens_what_was_dropped_and_nothing_else(studio, folder):
    for name in ("../diary.txt", str(folder / "diary.txt"), "..", "", "never.png"):
        said = studio.refused("open", dropped=name, path="")
        assert SECRET not in said


def test_orders_run_our_commands_and_nothing_else(studio, folder):
    target = folder / "x.png; touch stolen"
    told = studio.ask("command", what="render", settings={}, target=str(target))["command"]
    assert f"'{target}'" in told
    done = studio.order(what="render", settings={}, target=str(target))
    assert done["state"] == "failed"
    assert not list(folder.glob("*stolen*"))
    for what in ("fit", "lab", "farm", "render x", ["render"], {"render": 1}, None):
        assert studio.refused("order", what=what, settings={}, target="x")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"1", b'{"settings": []}', b'{"settings": 1}', b"\xff\xfe",
        b"[" * 60_000,
        b'{"settings": {"exposure": NaN}, "width": 64}',
        b'{"settings": {"exposure": 1e999}, "width": 64}',
        b'{"settings": {"exposure": "1"}, "width": 64}',
        b'{"settings": {"exposure": [1]}, "width": 64}',
        b'{"settings": {"printer-points": [[1], [2], [3]]}, "width": 64}',
        b'{"settings": {"film": {"a": 1}}, "width": 64}',
        b'{"settings": {"film": "\\u0000"}, "width": 64}',
        b'{"settings": {"seed": 1.5}, "width": 64}',
        b'{"settings": {"seed": true}, "width": true}',
        b'{"settings": {}, "width": 64.5}',
        b'{"settings": {}, "width": 64, "opened": "x"}',
        b'{"settings": {}, "width": -64}',
        b'{"settings": {}, "crop": [0, 0, 0, 0]}',
        b'{"settings": {}, "crop": [-1, 0, 10, 10]}',
        b'{"settings": {}, "crop": [99999999999999999999999, 0, 10, 10]}',
        b'{"settings": {}, "crop": [0, 0, 10]}',
        b'{"settings": {}, "width": 64, "side": "c"}',
        b'{"settings": {"illuminant": "' + b"K" * 60_000 + b'"}, "width": 64}',
    ],
    ids=lambda body: body[:60].decode(errors="replace"),
)  # fmt: skip
@pytest.mark.parametrize("name", ["picture", "pixel", "histogram", "scene", "command"])
def test_nonsense_is_answered_by_a_sentence(studio, name, body):
    status, _, said = studio.send("POST", studio.path + name, body)
    if name == "command" and status == 200:  # it has no width to be wrong
        return
    assert status in (400, 413), said
    if status == 400:
        assert json.loads(said)["error"]
    assert len(said) < 10_000


def test_too_large_a_question_is_not_read(studio):
    status, _, _ = studio.send("POST", f"{studio.path}picture", b" " * (LARGEST_QUESTION + 1))
    assert status == 413
    status, _, _ = studio.send("POST", f"{studio.path}picture", iter([b" " * 40_000] * 3))
    assert status == 413


def test_two_gigabytes_announced_are_not_read(studio):
    start, before = time.monotonic(), studio.most_memory
    with socket.create_connection(("127.0.0.1", studio.port), timeout=20) as line:
        line.sendall(
            f"PUT {studio.path}drop/huge.exr HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\n"
            f"Content-Length: {2 * 2**30}\r\n\r\n".encode()
        )
        assert line.recv(200).startswith(b"HTTP/1.1 413 ")
    assert time.monotonic() - start < 10
    assert studio.most_memory - before < 50e6


def test_two_gigabytes_in_pieces_are_cut_off_and_leave_nothing(studio):
    piece, sent = b"\0" * 2**20, 0
    before = studio.most_memory

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(2048):
            sent += len(piece)
            yield piece

    try:
        status, _, _ = studio.send("PUT", f"{studio.path}drop/huge.exr?first=1", pieces())
    except (BrokenPipeError, ConnectionResetError):  # it hung up while we were talking
        status = 413
    assert status == 413
    assert sent < LARGEST_DROP + 2**28  # and what was on its way
    assert studio.most_memory - before < 100e6
    assert "no such file" in studio.refused("open", dropped="huge.exr")


def test_a_hundred_at_once_leave_it_up_and_its_memory_bounded(studio):
    shown, _ = studio.picture(settings={}, width=900)
    before = studio.most_memory

    def ask(number):
        body = json.dumps({"settings": {"exposure": number / 100}, "width": 900}).encode()
        try:
            return studio.send("POST", f"{studio.path}picture", body)[0]
        except OSError:
            return 503  # sent away before it was listened to

    with ThreadPoolExecutor(100) as crowd:
        statuses = list(crowd.map(ask, range(100)))
    assert set(statuses) <= {200, 409, 503}
    assert 200 in statuses
    again, _ = studio.picture(settings={}, width=900)
    assert np.array_equal(shown, again)
    # A picture of 900 x 506 is 1.8 MB, and no more than the 32 that are let in hold one.
    assert studio.most_memory - before < 150e6


def test_a_line_that_never_ends_holds_nobody_up(studio):
    lines = [socket.create_connection(("127.0.0.1", studio.port)) for _ in range(20)]
    for line in lines:
        line.sendall(b"POST ")
    assert studio.picture(settings={}, width=64)[0].shape[1] == 64
    for line in lines:
        line.close()


def test_a_header_that_never_ends_is_refused(studio):
    with socket.create_connection(("127.0.0.1", studio.port), timeout=20) as line:
        line.sendall(f"GET {studio.path} HTTP/1.1\r\nX: ".encode())
        try:
            for _ in range(64):
                line.sendall(b"x" * 16384)
            assert line.recv(100).startswith(b"HTTP/1.1 4")
        except (BrokenPipeError, ConnectionResetError):
            pass  # hung up
