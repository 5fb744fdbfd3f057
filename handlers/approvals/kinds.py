"""What the approval screens must know of a kind of request; one entry a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.approvals.requests import Request, RequestKind
from domain.approvals.taking import StepRef
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.fields import Field, Form, load_answers, visible_fields
from handlers.language import Language


@dataclass(frozen=True, slots=True)
class Kind:
    """summary: the card's lines, for whoever may read the request. brief: the same in few words.

    attachments: ids of a request's files. negotiable: names of the fields a counter-offer may change.
    todo_heading: of the executor's card. done_label: the button that asks for the outcome; done_word: what
    was done after it, empty where the label says so. outcome_*: what the executor is asked to record;
    choices: likely ones, label and value. parse_outcome raises Refused. outcome_note: what the applicant may
    do once it is recorded. carry_out: where recording takes more than one person's word, what an executor's
    word does instead: given the step, the outcome and ids of photos, it gives what came of it.
    refresh: brings the answers of a returned request up to what the register says now; beside_mending: fields
    that are asked as well where those answers call for them.
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
    done_word: str = ""
    outcome_choices: Callable[[Context, Request], Sequence[tuple[str, str]]] | None = None
    carry_out: Callable[[Context, StepRef, str, list[str]], str] | None = None
    refresh: Callable[[Context, dict[str, Any]], dict[str, Any]] = lambda ctx, content: content
    beside_mending: tuple[str, ...] = ()

    @property
    def done(self) -> str:
        return self.done_word or self.done_label


Kinds = Mapping[RequestKind, Kind]


def asked_fields(kind: Kind, content: Mapping[str, Any]) -> list[Field]:
    """Give the fields that a request of this content was asked, in order."""
    draft = Draft(kind.form.name, kind.form.version, answers=dict(content))
    return visible_fields(kind.form, draft, load_answers(kind.form, draft))
