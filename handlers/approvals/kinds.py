"""What the approval screens must know of a kind of request; one entry a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.approvals.requests import Request, RequestKind
from handlers.context import Telling
from handlers.conversation import Draft
from handlers.forms.fields import Field, Form, load_answers, visible_fields
from handlers.language import Language


@dataclass(frozen=True, slots=True)
class Kind:
    """summary: the card's lines, for whoever may read the request. brief: the same in few words.

    attachments: ids of a request's files. negotiable: names of the fields a counter-offer may change.
    todo_heading: of the executor's card. done_label: the button that asks for the outcome, and what was
    done after it. outcome_*: what the executor is asked to record. parse_outcome raises Refused.
    outcome_note: what the applicant may do once it is recorded.
    """

    kind: RequestKind
    form: Form
    summary: Callable[[Telling, Language, Request], list[str]]
    brief: Callable[[Language, Mapping[str, Any]], str]
    attachments: Callable[[Request], list[str]]
    negotiable: tuple[str, ...]
    todo_heading: str
    done_label: str
    outcome_label: str
    outcome_question: str
    parse_outcome: Callable[[str], str]
    outcome_note: str


Kinds = Mapping[RequestKind, Kind]


def asked_fields(kind: Kind, content: Mapping[str, Any]) -> list[Field]:
    """Give the fields that a request of this content was asked, in order."""
    draft = Draft(kind.form.name, kind.form.version, answers=dict(content))
    return visible_fields(kind.form, draft, load_answers(kind.form, draft))
