"""Who may use the user side: pages of this very server and programs on this machine, nobody else's site."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox.bot_errors import BotApiError
from bot.sandbox.sandbox import SANDBOX
from bot.sandbox.user_errors import UserError

logger = logging.getLogger(__name__)

LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:[0-9]{1,5})?")
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; "
    "frame-ancestors 'self'; object-src 'none'; base-uri 'none'",
}


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Keep strangers' sites out and turn errors of the user side into answers. The bot side has its token."""
    if request.path.startswith(("/bot", "/file/bot")):
        return await handler(request)
    try:
        check_origin(request)
        response = await handler(request)
    except UserError as error:
        response = web.json_response({"error": error.what}, status=error.status)
    except BotApiError as error:  # content that Telegram would refuse from a person as well
        response = web.json_response({"error": error.description}, status=error.code)
    except web.HTTPException as error:
        response = web.json_response({"error": error.reason}, status=error.status)
    except Exception:
        logger.exception("the sandbox failed")
        response = web.json_response({"error": "internal error"}, status=500)
    finally:
        request.app[SANDBOX].store.commit()
    return response


async def add_safe_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Forbid pages to guess types or load from elsewhere."""
    for name, value in SAFE_HEADERS.items():
        response.headers.setdefault(name, value)


def check_origin(request: web.Request) -> None:
    """Raise UserError for another host's name (DNS rebinding), another origin, or a form of another site."""
    host = request.headers.get("Host", "")
    if not LOCAL_HOST.fullmatch(host):
        raise UserError(HTTPStatus.FORBIDDEN, "this host name is not served")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise UserError(HTTPStatus.FORBIDDEN, "other sites are not served")
    if request.method in ("POST", "PATCH") and request.content_type not in (
        "application/json",
        "multipart/form-data",
    ):
        raise UserError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send JSON or multipart/form-data")
