"""The server of the page: what may be asked, and in which words.

Behind the token in the address, all of it JSON but the pixels:

    GET    /                   the page; its modules and style under their names
    GET    state               controls, stocks, the picture, what the studio was started with
    POST   open                {path | dropped | built_in, input_space ...} -> the picture
    PUT    drop/NAME           a file, to be opened by its name
    POST   picture             {settings, width | crop, side} -> RGBA, and what it is in `Rendering`
    POST   scene               the same of the scene before the lens
    POST   pixel               {..., x, y} -> its path through the film
    POST   histogram, curves   where the picture lies on the curves; the curves
    POST   recipe              {settings} -> the text; read: {text} -> the settings
    POST   command, order      {what, settings, target ...} -> the command line; carried out
    GET, DELETE order          how far it is; stop it

A question may say by `opened` which picture it is about: windows of one studio share what is open.
One that makes no sense is answered by 400 and a sentence, one that a newer one overtook by
409, one too large by 413.
"""

import html
import json
import shutil
import tempfile
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from spectral_film.errors import SpectralFilmError, UsageError, printable
from spectral_film.light.spectra import illuminant_names
from spectral_film.pages.palette import style_sheet
from spectral_film.path.recipe import said_in, setting_of, write_recipe
from spectral_film.path.rendering import Rendering
from spectral_film.path.settings import Settings
from spectral_film.studio import controls, instruments
from spectral_film.studio.bench import Bench, Shown, pixels
from spectral_film.studio.guard import TooLarge
from spectral_film.studio.opened import OPTIONS, Opened, open_picture
from spectral_film.studio.orders import Options, Orders, as_typed, command
from spectral_film.studio.questions import asked_of, crop_of, path_of, plain_name, view_of, whole
from spectral_film.studio.turns import Overtaken, Turns
from spectral_film.version import made_by

PAGE = Path(__file__).with_name("page")
FILES = {path.name: path for path in PAGE.iterdir() if path.suffix in (".html", ".css", ".js")}
KINDS = ("picture a", "pixel", "histogram", "scene", "picture b", "picture wedge", "curves", "open")
MOST_DROPPED = 8  # files of one picture, as a cube and its header


class Studio:
    """What one page may ask of one machine.

    Args:
        bench: The picture on its light tables.
        options: Which settings each command can be told.
        start: Settings to start with, as a recipe says them.
        comments: By field, what a recipe says of it.
    """

    def __init__(
        self,
        bench: Bench,
        options: Options,
        start: Mapping[str, Any],
        comments: Mapping[str, str],
    ) -> None:
        self._bench, self._options, self._start = bench, options, start
        self._comments = comments
        self._turns, self._orders = Turns(KINDS), Orders()
        self._dropped = tempfile.TemporaryDirectory(prefix="spectral-film-studio-")
        self._newest = Path(tempfile.mkdtemp(dir=self._dropped.name))  # of what is dropped

    def app(self) -> Starlette:
        """What answers, behind the guard."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/state", self._state),
                Route("/open", self._open, methods=["POST"]),
                Route("/drop/{name}", self._drop, methods=["PUT"]),
                Route("/picture", self._picture, methods=["POST"]),
                Route("/scene", self._scene, methods=["POST"]),
                Route("/pixel", self._pixel, methods=["POST"]),
                Route("/histogram", self._histogram, methods=["POST"]),
                Route("/curves", self._curves, methods=["POST"]),
                Route("/recipe", self._recipe, methods=["POST"]),
                Route("/recipe/read", self._read_recipe, methods=["POST"]),
                Route("/command", self._command, methods=["POST"]),
                Route("/order", self._begin, methods=["POST"]),
                Route("/order", self._order, methods=["GET"]),
                Route("/order", self._cancel, methods=["DELETE"]),
                Route("/palette.css", self._palette),
                Route("/{name}", self._file),
            ],
            exception_handlers={
                SpectralFilmError: _sentence,
                MemoryError: _no_memory,
                OSError: _of_the_disk,
                Overtaken: lambda request, error: Response(status_code=409),
                TooLarge: _too_large,
            },
        )

    def open_browser(self, address: str) -> None:
        """Show the page, by a file that nobody else may read: words of a command all may."""
        door = Path(self._dropped.name) / "door.html"
        to = html.escape(address)
        door.write_text(f'<meta http-equiv="refresh" content="0; url={to}">', encoding="utf-8")
        webbrowser.open(door.as_uri())

    def close(self) -> None:
        """Stop what is being written, and let go of what was dropped."""
        self._orders.stop()
        self._dropped.cleanup()

    async def _page(self, request: Request) -> Response:
        return FileResponse(FILES["studio.html"])

    async def _file(self, request: Request) -> Response:
        path = FILES.get(request.path_params["name"])
        return Response(status_code=404) if path is None else FileResponse(path)

    async def _palette(self, request: Request) -> Response:
        return Response(style_sheet(), media_type="text/css")

    async def _state(self, request: Request) -> Response:
        bench = self._bench
        return JSONResponse(
            {
                "device": bench.device.name,
                "panels": {
                    name: [control._asdict() for control in panel]
                    for name, panel in controls.PANELS.items()
                },
                "usual": controls.usual(),
                "start": dict(self._start),
                "stocks": list(controls.stocks()),
                "lights": illuminant_names(),
                "picture": _of(bench.opened),
                "folder": str(Path.cwd()),
            }
        )

    async def _open(self, request: Request) -> Response:
        asked = await asked_of(request)
        told = {name: str(asked[name]) for name in OPTIONS if asked.get(name)}
        name = None
        if asked.get("built_in"):
            path = None
        elif asked.get("dropped"):
            name = plain_name(str(asked["dropped"]))
            path = self._newest / name
        else:
            path = path_of(str(asked.get("path", "")))
        opened = await self._turns.take("open", lambda: self._put(open_picture(path, told, name)))
        return JSONResponse(_of(opened))

    def _put(self, opened: Opened) -> Opened:
        self._bench.put(opened)
        return opened

    async def _drop(self, request: Request) -> Response:
        name = plain_name(request.path_params["name"])
        if request.query_params.get("first"):
            self._make_room()
        path = self._newest / name
        if len(list(self._newest.iterdir())) >= MOST_DROPPED:
            raise UsageError(f"a picture is {MOST_DROPPED} files at most; drop it alone")
        try:
            with path.open("wb") as file:
                async for piece in request.stream():
                    file.write(piece)
        except BaseException:  # whoever sent it may have gone, too
            path.unlink(missing_ok=True)
            raise
        return JSONResponse({"dropped": path.name})

    def _make_room(self) -> None:
        """A folder for what is dropped next; the picture that is open keeps its own."""
        for old in filter(Path.is_dir, Path(self._dropped.name).iterdir()):
            if old != self._bench.opened.path.parent and not self._orders.at_work:
                shutil.rmtree(old)
        self._newest = Path(tempfile.mkdtemp(dir=self._dropped.name))

    async def _picture(self, request: Request) -> Response:
        asked = await asked_of(request)
        view = view_of(asked)

        def make() -> tuple[bytes, dict[str, Any]]:
            shown = self._bench.show(self._settings(asked), view)
            drawn = pixels(shown.rendering.planes)
            return drawn.tobytes(), _told(shown, drawn)

        return _drawn(*await self._turns.take(f"picture {view.side}", make))

    async def _scene(self, request: Request) -> Response:
        asked = await asked_of(request)

        def make() -> tuple[bytes, dict[str, Any]]:
            drawn = self._bench.scene_codes(self._settings(asked), view_of(asked))
            return drawn.tobytes(), {"width": drawn.shape[1], "height": drawn.shape[0]}

        return _drawn(*await self._turns.take("scene", make))

    async def _pixel(self, request: Request) -> Response:
        asked = await asked_of(request)
        x, y = whole(asked, "x"), whole(asked, "y")
        return await self._of_shown(
            "pixel", asked, lambda shown: instruments.path_of_pixel(shown, x, y)
        )

    async def _histogram(self, request: Request) -> Response:
        return await self._of_shown("histogram", await asked_of(request), instruments.histogram)

    async def _of_shown(
        self, kind: str, asked: dict[str, Any], look: Callable[[Shown], dict[str, Any]]
    ) -> Response:
        view = view_of(asked)

        def read() -> dict[str, Any]:
            return look(self._bench.show(self._settings(asked), view))

        return JSONResponse(await self._turns.take(kind, read))

    async def _curves(self, request: Request) -> Response:
        asked = await asked_of(request)

        def read() -> dict[str, Any]:
            return instruments.curves_of(self._settings(asked))

        return JSONResponse(await self._turns.take("curves", read))

    async def _recipe(self, request: Request) -> Response:
        asked = await asked_of(request)
        self._settings(asked)
        said = asked.get("settings", {}).items()
        fields = dict(setting_of(key, value) for key, value in said)
        about = f"chosen in the studio on {self._bench.opened.name}, {made_by()}"
        return JSONResponse({"text": write_recipe(fields, self._comments, about)})

    async def _read_recipe(self, request: Request) -> Response:
        said = said_in(str((await asked_of(request)).get("text", "")), "the recipe")
        self._bench.settings(said)
        return JSONResponse({"settings": said})

    async def _command(self, request: Request) -> Response:
        asked = await asked_of(request)
        opened = self._bench.opened
        here = opened.path.parent.parent == Path(self._dropped.name)
        words = self._words(asked, source=opened.name if here else None)
        return JSONResponse({"command": as_typed(words)})

    async def _begin(self, request: Request) -> Response:
        asked = await asked_of(request)
        order = await self._orders.begin(self._words(asked), str(asked["target"]))
        return JSONResponse(order.told())

    def _words(self, asked: dict[str, Any], source: str | None = None) -> list[str]:
        target = str(asked.get("target", "")).strip()
        if not target.isprintable() or target[:1] in ("", "-"):
            raise UsageError("say where to write: the path of a file")
        crop, bits = asked.get("crop"), asked.get("bits")
        return command(
            str(asked.get("what", "render")),  # type: ignore[arg-type]  # checked by it
            self._options,
            self._bench.opened,
            self._settings(asked),
            str(path_of(target)),
            crop=None if crop is None else crop_of(crop),
            bits=None if bits is None else whole(asked, "bits"),
            overwrite=bool(asked.get("overwrite")),
            source=source,
        )

    def _settings(self, asked: dict[str, Any]) -> Settings:
        """Of a question; which is about the picture that is open.

        Raises:
            UsageError: they are none, or the question is about another picture.
        """
        if asked.get("opened") not in (None, self._bench.opened.number):
            raise UsageError(
                f"another window opened {self._bench.opened.name} meanwhile; look again, and ask "
                "for that"
            )
        return self._bench.settings(asked.get("settings", {}))

    async def _order(self, request: Request) -> Response:
        last = self._orders.last
        return JSONResponse(None if last is None else last.told())

    async def _cancel(self, request: Request) -> Response:
        await self._orders.cancel()
        return await self._order(request)


def _of(opened: Opened) -> dict[str, Any]:
    """A picture, for JSON."""
    scene = opened.scene
    width, height = scene.size
    return {
        "number": opened.number,
        "name": opened.name,
        "path": str(opened.path),
        "width": width,
        "height": height,
        "kind": scene.kind,
        "bands": None if scene.wavelength_nm is None else len(scene.wavelength_nm),
        "space": scene.space.name,
        "pixel_aspect": scene.pixel_aspect,
    }


def _told(shown: Shown, drawn: np.ndarray) -> dict[str, Any]:
    """What a page must know of a rendering."""
    rendering: Rendering = shown.rendering
    said, lies, gamut = rendering.metadata, rendering.latitude, rendering.gamut
    return {
        "width": drawn.shape[1],
        "height": drawn.shape[0],
        "pitch_um": said["pitch_um"],
        "display": said["display"],
        "above": lies.above,
        "below": lies.below,
        "mean_stop": lies.mean_stop,
        "outside": None if gamut is None else gamut.outside,
        "notes": list(rendering.notes),
    }


def _drawn(drawn: bytes, told: dict[str, Any]) -> Response:
    return Response(
        drawn, media_type="application/octet-stream", headers={"Rendering": json.dumps(told)}
    )


async def _sentence(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": printable(str(error))}, status_code=400)


async def _too_large(request: Request, error: Exception) -> Response:
    return Response(status_code=413, headers={"connection": "close"})  # or the rest would be read


async def _of_the_disk(request: Request, error: Exception) -> Response:
    said = f"a file cannot be read or written ({getattr(error, 'strerror', None)})"
    return JSONResponse({"error": said}, status_code=400)


async def _no_memory(request: Request, error: Exception) -> Response:
    said = "there is not enough memory for it; open a smaller picture"
    return JSONResponse({"error": said}, status_code=400)
