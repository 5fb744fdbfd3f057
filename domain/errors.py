"""What may go wrong on purpose.

    MenxiaError
    ├── Refused       expected: a rule says no; the person reads why
    └── Unavailable   passing: try again later; nothing was done

Anything else that escapes is a bug. The domain names a code and its parameters only; the sentence for each
code stands in `handlers/refusals.py`, and a test proves that none is missing.
"""

from __future__ import annotations

from typing import Any


class MenxiaError(Exception):
    """Base of every error raised on purpose."""


class Refused(MenxiaError):
    """A rule says no.

    code: stable snake_case name of the rule, also the key of its wording.
    params: values the wording may name; dates and numbers stay typed, the wording formats them.
    """

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return self.code


class Unavailable(MenxiaError):
    """Something this needs does not answer now; the same call may succeed later."""
