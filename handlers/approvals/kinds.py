"""What the approval screens must know of a kind of request; one entry a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.approvals.requests import Request, RequestKind
from handlers.forms.fields import Form
from handlers.language import Language


@dataclass(frozen=True, slots=True)
class Kind:
    """summary: the card's lines from content and the company's floor. attachments: ids of a request's files.

    outcome_*: what the executor is asked to record. parse_outcome raises Refused.
    outcome_note: what the applicant may do once it is recorded.
    """

    kind: RequestKind
    form: Form
    summary: Callable[[Language, Mapping[str, Any], Decimal], list[str]]
    attachments: Callable[[Request], list[str]]
    outcome_label: str
    outcome_question: str
    parse_outcome: Callable[[str], str]
    outcome_note: str


Kinds = Mapping[RequestKind, Kind]
