"""Where a chat stands: drafts of forms, what is being asked, and which message holds the present question.

Answers are kept by field name and the next question is derived from them, never stored, so fields may be
added, removed and reordered while people are in the middle of a form.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, fields
from typing import Any

MAX_DRAFTS = 20


@dataclass(slots=True)
class Mend:
    """What a returned request asks for. fields: those that may be changed. former: answers as they were."""

    request_id: int
    version: int
    fields: list[str]
    former: dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A form being filled.

    answers: by field name, as each field writes itself to JSON. orphans: answers to fields that a newer form
    no longer has. focus: the field being edited, empty while the next one is derived. asked: the field whose
    question was shown last, empty if another screen was, None while that is unknown. stage: see
    handlers.forms.dialogue. view: page, search or month of the present question. confirmed: doubts that the
    person has settled. revision: of the present question; a button of another one is stale.

    said: the message that it was filled from, empty if none. asides: what could not be taken from it, by
    field: a view of the question with candidates, and a note. unsure: fields that were completed or assumed.
    then: id of the draft that follows this one, empty if none. notes: to be told once, when it is put.
    """

    form: str
    version: int
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    answers: dict[str, Any] = field(default_factory=dict)
    orphans: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    focus: str = ""
    asked: str | None = None
    stage: str = "ask"
    view: dict[str, Any] = field(default_factory=dict)
    confirmed: dict[str, list[str]] = field(default_factory=dict)
    held: dict[str, Any] = field(default_factory=dict)
    revision: int = 0
    mend: Mend | None = None
    said: str = ""
    asides: dict[str, Any] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    then: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def received(self) -> set[str]:
        """Names of the fields for which files have come that are not yet an answer."""
        return {name for name, held in self.held.items() if name != "?" and held}

    @property
    def touched(self) -> bool:
        """Whether cancelling would lose something typed or sent."""
        return bool(self.answers or self.orphans or self.received)

    @property
    def kept(self) -> bool:
        """Whether letting it go would lose something: typed, sent, or said in the message it came of."""
        return self.touched or bool(self.said)


@dataclass(slots=True)
class Asking:
    """A single thing asked outside a form, such as the reason of a rejection; the next text answers it.

    since: epoch seconds; a question that lies too long is not answered by accident.
    """

    route: str
    args: dict[str, Any]
    since: float


@dataclass(slots=True)
class Prompt:
    """The message that holds the present question: an outbox row, or a messenger's message id."""

    row_id: int = 0
    message_id: str = ""

    def __bool__(self) -> bool:
        return bool(self.row_id or self.message_id)


@dataclass(slots=True)
class Conversation:
    """drafts: oldest first. active: id of the draft that texts go to, empty while all are parked.

    ticked: tasks chosen to be decided together, as `request:version:position`. asker: the draft whose
    question is the present one; asks: that question's title. Both are empty where no form put it.
    """

    drafts: list[Draft] = field(default_factory=list)
    active: str = ""
    asking: Asking | None = None
    prompt: Prompt = field(default_factory=Prompt)
    revision: int = 0
    ticked: list[str] = field(default_factory=list)
    asker: str = ""
    asks: str = ""

    @property
    def current(self) -> Draft | None:
        return self.draft(self.active) if self.active else None

    def draft(self, draft_id: str) -> Draft | None:
        return next((draft for draft in self.drafts if draft.id == draft_id), None)

    def draft_of(self, form: str, request_id: int = 0) -> Draft | None:
        """Find the draft of a form, or the one that mends a request."""
        for draft in self.drafts:
            if draft.form == form and (draft.mend.request_id if draft.mend else 0) == request_id:
                return draft
        return None

    def has_room_for(self, count: int) -> bool:
        """Tell whether so many more drafts can be begun without losing anything typed."""
        return sum(draft.kept for draft in self.drafts) + count <= MAX_DRAFTS

    def open(self, draft: Draft) -> None:
        """Make a draft the active one; where there are many, those with nothing typed are let go."""
        if self.draft(draft.id) is None:
            full = len(self.drafts) >= MAX_DRAFTS
            self.drafts = [*(other for other in self.drafts if other.kept or not full), draft]
        self.active, self.asking = draft.id, None

    def drop(self, draft: Draft) -> None:
        self.drafts = [other for other in self.drafts if other.id != draft.id]
        if self.active == draft.id:
            self.active = ""

    def to_json(self) -> dict[str, Any]:
        """Write what is to be stored; it shares its values with the conversation."""
        drafts = [
            {**_plain(draft), "mend": _plain(draft.mend) if draft.mend else None} for draft in self.drafts
        ]
        asking = _plain(self.asking) if self.asking else None
        return {**_plain(self), "drafts": drafts, "asking": asking, "prompt": _plain(self.prompt)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> Conversation:
        """Read what was stored; whatever a newer or older version wrote besides is passed over.

        The body stays as it was, so that it can be told whether the conversation has changed.
        """
        body = _copied(body)
        drafts = []
        for raw in body.get("drafts", []):
            mend = Mend(**_known(Mend, raw["mend"])) if raw.get("mend") else None
            drafts.append(Draft(**{**_known(Draft, raw), "mend": mend}))
        asking = body.get("asking")
        return cls(
            drafts,
            body.get("active", ""),
            Asking(**_known(Asking, asking)) if asking else None,
            Prompt(**_known(Prompt, body.get("prompt", {}))),
            body.get("revision", 0),
            body.get("ticked", []),
            body.get("asker", ""),
            body.get("asks", ""),
        )


def _plain(part: Draft | Mend | Asking | Prompt | Conversation) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}


def _copied(value: Any) -> Any:
    """Copy JSON, in half the time that deepcopy takes."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _known(kind: type, raw: dict[str, Any]) -> dict[str, Any]:
    """Keep what this version of a class has."""
    return {f.name: raw[f.name] for f in fields(kind) if f.name in raw}
