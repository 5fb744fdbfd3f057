"""The errors of the user side: a status and `{"error": …}`."""

from __future__ import annotations

from http import HTTPStatus


class UserError(Exception):
    """A refused request of a page or a test."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status
        self.what = what


def wrong(what: str) -> UserError:
    return UserError(HTTPStatus.BAD_REQUEST, what)


def missing(what: str) -> UserError:
    return UserError(HTTPStatus.NOT_FOUND, what)
