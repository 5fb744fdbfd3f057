"""The bot side: `/bot<token>/<method>` and `/file/bot<token>/<path>`, faults included."""

from __future__ import annotations

import inspect
import json
import logging
import secrets
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox import bot_receiving, bot_sending
from bot.sandbox.bot_errors import (
    NOT_MODIFIED,
    BotApiError,
    bad_request,
    blocked,
    conflict,
    too_many_requests,
)
from bot.sandbox.calls import Call, read_call
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.sandbox import SANDBOX, Sandbox

logger = logging.getLogger(__name__)

Method = Callable[[Sandbox, Call], Any]
METHODS: dict[str, Method] = {
    "getMe": bot_receiving.get_me,
    "setWebhook": bot_receiving.set_webhook,
    "deleteWebhook": bot_receiving.delete_webhook,
    "getWebhookInfo": bot_receiving.get_webhook_info,
    "answerCallbackQuery": bot_receiving.answer_callback_query,
    "getFile": bot_receiving.get_file,
    "setMyCommands": bot_receiving.set_my_commands,
    "getMyCommands": bot_receiving.get_my_commands,
    "sendMessage": bot_sending.send_message,
    "sendDocument": bot_sending.send_document,
    "sendPhoto": bot_sending.send_photo,
    "editMessageText": bot_sending.edit_message_text,
    "editMessageCaption": bot_sending.edit_message_caption,
    "editMessageReplyMarkup": bot_sending.edit_message_reply_markup,
    "deleteMessage": bot_sending.delete_message,
    "sendChatAction": bot_sending.send_chat_action,
}
SPELLING = {name.lower(): name for name in [*METHODS, "getUpdates"]}


def add_bot_routes(app: web.Application) -> None:
    """Serve the bot side."""
    for verb in ("GET", "POST"):
        app.router.add_route(verb, "/bot{token:[^/]+}/{method}", on_call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", show_file)


def spelling(method: str) -> str:
    """Give a method's name as Telegram spells it, which ignores the case; empty when there is none."""
    return SPELLING.get(method.lower(), "")


def token_fits(request: web.Request) -> bool:
    given = request.match_info["token"]
    return secrets.compare_digest(given.encode(), request.app[SANDBOX].token.encode())


async def on_call(request: web.Request) -> web.StreamResponse:
    """Answer one call. Errors are answers too; the token never reaches a log."""
    sandbox = request.app[SANDBOX]
    method = spelling(request.match_info["method"])
    call: Call | None = None
    fault: Fault | None = None
    try:
        if not token_fits(request):
            raise BotApiError(401, "Unauthorized")
        if not method:
            raise BotApiError(404, "Not Found: method not found")
        call = await read_call(request, method, sandbox.files)
        sandbox.calls[method] += 1
        if fault := sandbox.faults.take(method):
            await suffer(sandbox, fault)
        response = web.json_response(text=await perform(request, sandbox, call))
    except BotApiError as error:
        sandbox.tally["rejected_429"] += error.code == 429
        response = web.json_response(error.body(), status=error.code)
    except Exception:
        logger.exception("the sandbox failed in %s", method)
        response = web.json_response(BotApiError(500, "Internal Server Error").body(), status=500)
    finally:
        sandbox.store.commit()
        if call and call.uploads:
            call.discard_uploads()
    if fault and fault.kind is FaultKind.DROP_RESPONSE and request.transport:
        request.transport.abort()
    return response


async def perform(request: web.Request, sandbox: Sandbox, call: Call) -> str:
    """Do what the call asks and give the JSON of the answer."""
    if call.method == "getUpdates":
        return await get_updates(request, sandbox, call)
    result = METHODS[call.method](sandbox, call)
    if inspect.isawaitable(result):
        result = await result
    return json.dumps({"ok": True, "result": result}, ensure_ascii=False)


async def get_updates(request: web.Request, sandbox: Sandbox, call: Call) -> str:
    if sandbox.webhook.settings.url:
        raise conflict("can't use getUpdates method while webhook is active; use deleteWebhook first")
    limit = call.integer("limit", 100)
    if not 1 <= limit <= 100:
        limit = 100
    offset, seconds = call.integer("offset", 0), call.integer("timeout", 0)
    bot_receiving.read_allowed(sandbox, call)
    batch = await sandbox.updates.poll(offset, limit, seconds)
    if request.transport:  # else the bot died during the poll
        sandbox.updates.handed_over(batch)
    return '{"ok":true,"result":[' + ",".join(update.raw for update in batch) + "]}"


async def suffer(sandbox: Sandbox, fault: Fault) -> None:
    """Let a fault strike before the call takes effect."""
    match fault.kind:
        case FaultKind.TOO_MANY:
            raise too_many_requests(fault.retry_after)
        case FaultKind.SERVER_ERROR:
            raise BotApiError(500, "Internal Server Error")
        case FaultKind.BLOCKED:
            raise blocked()
        case FaultKind.NOT_MODIFIED:
            raise bad_request(NOT_MODIFIED)
        case FaultKind.STALL:
            await sandbox.rules.sleep(fault.seconds)
        case FaultKind.DROP_RESPONSE:
            pass


async def show_file(request: web.Request) -> web.StreamResponse:
    sandbox = request.app[SANDBOX]
    if not token_fits(request):
        error = BotApiError(401, "Unauthorized")
    elif file := sandbox.files.at(request.match_info["path"]):
        return web.FileResponse(sandbox.files.on_disk(file), headers={"Content-Type": file.mime})
    else:
        error = BotApiError(404, "Not Found")
    return web.json_response(error.body(), status=error.code)
