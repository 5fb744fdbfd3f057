"""The error the bot side answers with, worded as Telegram words it because clients match the words."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


class BotApiError(Exception):
    """A refused call. retry_after: seconds, only with code 429."""

    def __init__(self, code: int, description: str, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(what: str) -> BotApiError:
    return BotApiError(HTTPStatus.BAD_REQUEST, f"Bad Request: {what}")


def blocked() -> BotApiError:
    return BotApiError(HTTPStatus.FORBIDDEN, "Forbidden: bot was blocked by the user")


def conflict(what: str) -> BotApiError:
    return BotApiError(HTTPStatus.CONFLICT, f"Conflict: {what}")


def too_many_requests(retry_after: float) -> BotApiError:
    return BotApiError(
        HTTPStatus.TOO_MANY_REQUESTS, f"Too Many Requests: retry after {retry_after:g}", retry_after
    )


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
