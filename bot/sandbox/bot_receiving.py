"""Bot methods about the bot itself, its updates, taps and files."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.bot_errors import bad_request
from bot.sandbox.calls import Call
from bot.sandbox.content import units
from bot.sandbox.rendering import bot_as_telegram, file_as_telegram
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.webhook import WebhookSettings

FETCHABLE_BYTES = 20 * 1024 * 1024
TOAST_LENGTH = 200
COMMANDS = 100
COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}\Z")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}\Z")


def get_me(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    abilities = {
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return bot_as_telegram(sandbox.bot_id) | abilities


def read_allowed(sandbox: Sandbox, call: Call) -> None:
    """Take over `allowed_updates` if the call names them."""
    kinds = call.nested("allowed_updates")
    if kinds is None:
        return
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise bad_request("can't parse allowed_updates: Array of Strings expected")
    sandbox.updates.allow(kinds)


async def set_webhook(sandbox: Sandbox, call: Call) -> bool:
    url, secret = call.text("url"), call.text("secret_token")
    if url and not re.match(r"https?://[^/\s]+", url):
        raise bad_request("bad webhook: invalid webhook URL specified")
    if secret and not SECRET.match(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = call.integer("max_connections", 40)
    read_allowed(sandbox, call)
    if call.flag("drop_pending_updates"):
        sandbox.updates.forget_all()
    await sandbox.webhook.set(WebhookSettings(url, secret, max(1, min(connections, 100))))
    return True


async def delete_webhook(sandbox: Sandbox, call: Call) -> bool:
    if call.flag("drop_pending_updates"):
        sandbox.updates.forget_all()
    await sandbox.webhook.set(WebhookSettings())
    return True


def get_webhook_info(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    settings = sandbox.webhook.settings
    info: dict[str, Any] = {
        "url": settings.url,
        "has_custom_certificate": False,
        "pending_update_count": len(sandbox.updates.pending()),
    }
    if settings.url:
        info["max_connections"] = settings.max_connections
    if sandbox.updates.allowed:
        info["allowed_updates"] = sandbox.updates.allowed
    if sandbox.webhook.last_error:
        info["last_error_date"], info["last_error_message"] = sandbox.webhook.last_error
    return info


def answer_callback_query(sandbox: Sandbox, call: Call) -> bool:
    toast = call.text("text")
    if units(toast) > TOAST_LENGTH:
        raise bad_request("MESSAGE_TOO_LONG")
    sandbox.taps.answer(call.text("callback_query_id"), toast or None)
    return True


def get_file(sandbox: Sandbox, call: Call) -> dict[str, Any]:
    file = sandbox.files.get(call.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if file.size > FETCHABLE_BYTES:
        raise bad_request("file is too big")
    return file_as_telegram(file) | {"file_path": file.file_path}


def command_list(call: Call) -> str:
    """Give the key of the list that scope and language choose."""
    scope = call.nested("scope") or {"type": "default"}
    if not isinstance(scope, dict):
        raise bad_request("can't parse BotCommandScope")
    return f"{scope.get('type')}/{scope.get('chat_id', '')}/{call.text('language_code')}"


def set_my_commands(sandbox: Sandbox, call: Call) -> bool:
    commands = call.nested("commands")
    if not isinstance(commands, list) or len(commands) > COMMANDS:
        raise bad_request("can't parse commands: Array of BotCommand expected")
    checked = []
    for command in commands:
        match command:
            case {"command": str(name), "description": str(description)}:
                checked.append({"command": name.removeprefix("/"), "description": description})
            case _:
                raise bad_request("can't parse BotCommand")
        if not COMMAND_NAME.match(checked[-1]["command"]):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= units(description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    sandbox.store.put("commands", command_list(call), checked)
    return True


def get_my_commands(sandbox: Sandbox, call: Call) -> list[dict[str, str]]:
    found: list[dict[str, str]] = sandbox.store.get("commands", command_list(call), [])
    return found
