"""The room over HTTP: a page with a live picture for those who know the code, and actions for who has the key."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from helpers import places
from helpers.room.event import MOST_BYTES, Refused
from helpers.room.host import Ended, Host, NotAdmitted, TooOften

TYPES = {"room.css": "text/css", "room.js": "text/javascript", "icon.svg": "image/svg+xml"}
MOST_ACTION = 2000  # bytes
BODY_IN = 5.0  # seconds in which a body must have come
BREATH = 15.0  # seconds after which a silent stream says that it lives
MOST_VIEWERS = 200
KEY = "x-room-key"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Door:
    """The routes of one room.

    Parameters
    ----------
    host : Host
    address : str
        Where learners reach the server, without the code: `"https://room.example.org"`.
    """

    def __init__(self, host: Host, address: str) -> None:
        """Serve `host`."""
        self.host, self.address = host, address.rstrip("/")
        self.viewers = 0

    def routes(self) -> list[Route]:
        """All of them."""
        return [
            Route("/static/{name}", self.static),
            Route("/{code}", self.page, methods=["GET"]),
            Route("/{code}", self.hear, methods=["POST"]),
            Route("/{code}", self.forget, methods=["DELETE"]),
            Route("/{code}/live", self.live),
            Route("/{code}/qr.svg", self.qr),
            Route("/{code}/do", self.act, methods=["POST"]),
        ]

    # -- pages ------------------------------------------------------------------------------------------------------

    async def static(self, request: Request) -> Response:
        """The page's script and style."""
        name = request.path_params["name"]
        return file(name, TYPES[name]) if name in TYPES else PlainTextResponse("not found", 404, HEADERS)

    async def page(self, request: Request) -> Response:
        """The page; what it shows comes by its stream."""
        self.host.admit(request.path_params["code"], address_of(request))
        return file("room.html", "text/html")

    async def qr(self, request: Request) -> Response:
        """The address as a QR code."""
        import segno

        self.host.admit(request.path_params["code"], address_of(request))
        out = io.BytesIO()
        segno.make(f"{self.address}/{self.host.code}", error="m").save(
            out, kind="svg", scale=4, border=2, light="white"
        )
        return Response(out.getvalue(), media_type="image/svg+xml", headers=HEADERS)

    async def live(self, request: Request) -> Response:
        """The picture, and every later one: server-sent events."""
        self.host.admit(request.path_params["code"], address_of(request))
        if self.viewers >= MOST_VIEWERS:
            raise TooOften
        return StreamingResponse(
            self.pictures(), media_type="text/event-stream", headers=HEADERS | {"X-Accel-Buffering": "no"}
        )

    async def pictures(self) -> AsyncIterator[str]:
        """The stream's lines."""
        host, sent = self.host, ""
        self.viewers += 1
        try:
            about = {"address": f"{self.address}/{host.code}", "code": host.code, "now": time.time()}
            yield f"retry: 2000\nevent: about\ndata: {json.dumps(about)}\n\n"
            while True:
                if host.picture != sent:
                    sent = host.picture
                    yield f"data: {sent}\n\n"
                else:
                    yield ": still here\n\n"
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self.news(sent), BREATH)
        finally:
            self.viewers -= 1

    async def news(self, sent: str) -> None:
        """Wait for another picture than this one."""
        async with self.host.changed:
            await self.host.changed.wait_for(lambda: self.host.picture != sent)

    # -- learners ---------------------------------------------------------------------------------------------------

    async def hear(self, request: Request) -> Response:
        """One check, or the question what is new."""
        body = await body_of(request, MOST_BYTES)
        news = await self.host.hear(request.path_params["code"], address_of(request), body)
        return JSONResponse(news, headers=HEADERS)

    async def forget(self, request: Request) -> Response:
        """A session leaves."""
        body = await body_of(request, MOST_BYTES)
        await self.host.forget(request.path_params["code"], address_of(request), body)
        return JSONResponse({}, headers=HEADERS)

    # -- the instructor ---------------------------------------------------------------------------------------------

    async def act(self, request: Request) -> Response:
        """Open a section, say a sentence, end the room."""
        self.host.authorise(request.headers.get(KEY, ""), address_of(request))
        try:
            what: Any = json.loads(await body_of(request, MOST_ACTION))
        except (ValueError, RecursionError):
            raise Refused("the body is not JSON") from None
        if type(what) is not dict:
            raise Refused("the body must be an object")
        return JSONResponse(await self.host.act(what), headers=HEADERS)


def application(host: Host, address: str, prefix: str = "") -> Starlette:
    """The server's application.

    Parameters
    ----------
    host : Host
    address : str
        Where learners reach it, without the code.
    prefix : str
        The path under which a proxy passes it on, as in `"/services/room"`.
    """

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await host.draw()
        tasks = [asyncio.create_task(host.write_all()), asyncio.create_task(host.draw_all())]
        yield
        for task in tasks:
            task.cancel()

    answers: dict[Any, Any] = {
        Refused: lambda _, error: JSONResponse({"error": str(error)}, 400, HEADERS),
        ValueError: lambda _, error: JSONResponse({"error": str(error)}, 400, HEADERS),
        NotAdmitted: lambda *_: PlainTextResponse("There is no such room: compare the code.", 404, HEADERS),
        TooOften: lambda *_: PlainTextResponse("Too often: wait a minute.", 429, HEADERS),
        Ended: lambda *_: PlainTextResponse("The room has ended.", 410, HEADERS),
        OSError: lambda *_: PlainTextResponse("Nothing can be written just now.", 503, HEADERS),
        ClientDisconnect: lambda *_: Response(status_code=400),
        HTTPException: lambda _, error: PlainTextResponse(error.detail, error.status_code, HEADERS),
    }
    routes: list[Any] = list(Door(host, address).routes())
    if prefix.strip("/"):
        routes = [Mount("/" + prefix.strip("/"), routes=routes)]
    return Starlette(routes=routes, lifespan=lifespan, exception_handlers=answers)


def file(name: str, media_type: str) -> Response:
    """A file of the page."""
    return Response((places.ROOM_PAGE / name).read_bytes(), media_type=media_type, headers=HEADERS)


def address_of(request: Request) -> str:
    """Where a request comes from, as far as the proxy in front says."""
    return request.client.host if request.client else ""


async def body_of(request: Request, most: int) -> bytes:
    """A request's body, if it is small and comes in time.

    Raises
    ------
    HTTPException
        413 or 408.
    """
    body = b""
    try:
        with anyio.fail_after(BODY_IN):
            async for piece in request.stream():
                body += piece
                if len(body) > most:
                    raise HTTPException(413, f"The body may have {most} bytes.")
    except TimeoutError:
        raise HTTPException(408, "The body took too long.") from None
    return body
