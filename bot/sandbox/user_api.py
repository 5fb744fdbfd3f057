"""The user side: what the page and the tests see of the chats, and how they steer the sandbox."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from aiohttp import web

from bot.sandbox.bot_api import spelling
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.sandbox import SANDBOX
from bot.sandbox.user_errors import missing, wrong
from bot.sandbox.user_requests import number_of, read_object, text_of
from bot.sandbox.user_taps import tap
from bot.sandbox.user_writing import block, rewrite, write

PAGE = Path(__file__).parent / "page"
PAGE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def add_user_routes(app: web.Application) -> None:
    """Serve the page and the user side."""
    chat = r"/sandbox/chats/{chat_id:-?\d{1,18}}"
    app.add_routes(
        [
            web.get("/", show_page),
            web.get("/page/{name}", show_page),
            web.get("/sandbox/people", show_people),
            web.get("/sandbox/events", stream_chats),
            web.get("/sandbox/stats", show_statistics),
            web.get("/sandbox/files/{file_id}/{name}", show_file),
            web.post("/sandbox/faults", arm_fault),
            web.delete("/sandbox/faults", clear_faults),
            web.post("/sandbox/redeliver", redeliver),
            web.get(f"{chat}/messages", show_messages),
            web.post(f"{chat}/messages", write),
            web.patch(chat + r"/messages/{message_id:\d{1,18}}", rewrite),
            web.post(f"{chat}/taps", tap),
            web.post(f"{chat}/block", block),
            web.get(f"{chat}/events", stream_chat),
        ]
    )


async def show_page(request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name", "index.html")
    path = PAGE / name
    kind = PAGE_TYPES.get(path.suffix)
    if Path(name).name != name or kind is None or not path.is_file():
        raise missing("no such page")
    return web.FileResponse(path, headers={"Content-Type": kind, "Cache-Control": "no-cache"})


async def show_people(request: web.Request) -> web.Response:
    return web.json_response([asdict(person) for person in request.app[SANDBOX].chats.people()])


async def show_messages(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    try:
        after = int(request.query.get("after", "0"))
    except ValueError:
        raise wrong("after must be a number") from None
    messages = sandbox.chats.after(int(request.match_info["chat_id"]), after)
    return web.json_response([sandbox.renderer.as_seen(message) for message in messages])


async def stream_chat(request: web.Request) -> web.StreamResponse:
    return await request.app[SANDBOX].streams.serve(request, frozenset({int(request.match_info["chat_id"])}))


async def stream_chats(request: web.Request) -> web.StreamResponse:
    """Stream several chats at once, all of them without `chats`."""
    listed = request.query.get("chats")
    try:
        chats = frozenset(int(one) for one in listed.split(",") if one) if listed is not None else None
    except ValueError:
        raise wrong("chats must be numbers") from None
    return await request.app[SANDBOX].streams.serve(request, chats)


async def show_file(request: web.Request) -> web.StreamResponse:
    sandbox = request.app[SANDBOX]
    file = sandbox.files.get(request.match_info["file_id"])
    if file is None or file.name != request.match_info["name"]:
        raise missing("no such file")
    inline = file.mime in SHOWN_INLINE
    return web.FileResponse(
        sandbox.files.on_disk(file),
        headers={
            "Content-Type": file.mime if inline else "application/octet-stream",
            "Content-Disposition": "inline" if inline else "attachment",
        },
    )


async def show_statistics(request: web.Request) -> web.Response:
    return web.json_response(request.app[SANDBOX].statistics())


async def arm_fault(request: web.Request) -> web.Response:
    """Let the next calls of a bot method fail."""
    sandbox, body = request.app[SANDBOX], await read_object(request)
    name = text_of(body, "method")
    method = name if name == "*" else spelling(name)
    count = number_of(body, "count") if "count" in body else 1
    retry_after, seconds = body.get("retry_after", 1), body.get("seconds", 60)
    if not method or count < 1:
        raise wrong("a method of the bot and a count of 1 or more are needed")
    if not all(isinstance(one, int | float) and one >= 0 for one in (retry_after, seconds)):
        raise wrong("retry_after and seconds must be numbers of 0 or more")
    try:
        kind = FaultKind(str(body.get("kind")))
    except ValueError:
        raise wrong(f"kind must be one of {', '.join(FaultKind)}") from None
    sandbox.faults.arm(Fault(method, kind, count, retry_after, seconds))
    return web.json_response({"armed": count})


async def clear_faults(request: web.Request) -> web.Response:
    request.app[SANDBOX].faults.clear()
    return web.json_response({"armed": 0})


async def redeliver(request: web.Request) -> web.Response:
    """Give an update to the bot once more."""
    update_id = number_of(await read_object(request), "update_id")
    if not request.app[SANDBOX].updates.redeliver(update_id):
        raise missing("no such update")
    return web.json_response({"update_id": update_id})
