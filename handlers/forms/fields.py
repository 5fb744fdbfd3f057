"""Form and Field: what a form declares, and what every field knows of itself."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from domain.errors import Refused
from domain.people import Employee
from handlers.context import Context
from handlers.conversation import Draft
from handlers.language import Language
from handlers.ui import RemoteFile

Answers = Mapping[str, Any]
Value = TypeVar("Value")
LONGEST_VALUE = 200  # characters of an answer that is read as a number, a date or terms


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something a person must confirm before an answer counts.

    key, token: a confirmed pair is not asked again. code, params: wording as of a refusal.
    """

    key: str
    token: str
    code: str
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """A button of a question. arg: handed back to the field; turns: it only turns pages or the like."""

    label: str
    arg: str
    turns: bool = False


Check = Callable[[Context, Answers, Any], "Doubt | None"]


@dataclass(frozen=True, kw_only=True)
class Field(ABC):
    """A question and its answer.

    label, question, example: messages to translate. aliases: other names of the field in a pasted message.
    when: whether the field is asked at all, given the answers so far. check: the company's rules beyond the
    field's own form; it raises Refused or gives a Doubt. hint: lines beneath the question.
    """

    name: str
    label: str
    question: str
    example: str = ""
    optional: bool = False
    aliases: tuple[str, ...] = ()
    when: Callable[[Answers], bool] | None = None
    check: Check | None = None
    hint: Callable[[Context, Answers], Sequence[str]] | None = None

    takes_files: ClassVar[bool] = False

    @abstractmethod
    def read(self, ctx: Context, draft: Draft, text: str) -> Any:
        """Read what was typed. Raises Refused."""

    def pick(self, ctx: Context, draft: Draft, arg: str) -> Any:
        """Read a button's argument; as a rule it stands for the same words typed."""
        return self.read(ctx, draft, arg)

    def turn(self, ctx: Context, draft: Draft, arg: str) -> None:
        """Turn a page of the question's buttons."""
        try:
            draft.view = {**draft.view, "page": int(arg)}
        except ValueError as error:
            raise Refused("button_unknown") from error

    def dump(self, value: Any) -> Any:
        return value

    def load(self, raw: Any) -> Any:
        """Read what was stored. Raises what `load_answers` takes for an answer of another kind of field."""
        if not isinstance(raw, str):
            raise TypeError(f"{self.name} holds a text, not {raw!r}")
        return raw

    def recheck(self, ctx: Context, value: Any) -> None:  # noqa: B027 - most values stay good
        """Make sure at submission that a chosen value is still there to be chosen. Raises Refused."""

    def show(self, _: Language, value: Any) -> str:
        return str(value)

    def echo(self, _: Language, value: Any) -> str:
        """Write the value as it was understood, so that a misreading is seen."""
        return self.show(_, value)

    def show_outside(self, _: Language, value: Any) -> str:
        """Write the value where the record itself is not being looked at; personal numbers are masked."""
        return self.show(_, value)

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        """Give the rows of buttons that answer the question."""
        return []

    def take_file(self, ctx: Context, draft: Draft, file: RemoteFile) -> None:
        """Accept a file. Raises Refused; only where `takes_files`."""
        raise Refused("file_not_expected")


def tidy(text: str) -> str:
    """Fold full-width forms and white space; drop control and invisible characters that pasting brings."""
    folded = unicodedata.normalize("NFKC", text)
    shown = (c for c in folded if c.isspace() or not unicodedata.category(c).startswith("C"))
    return " ".join("".join(shown).split())


def read_value(parse: Callable[[str], Value], text: str, unreadable: str) -> Value:
    """Read a short value. Pages of text, and numbers beyond arithmetic, are nothing that a person means.

    unreadable: code of the refusal. The limit also bounds the time that the parsers' grammars may take.
    """
    if len(text) > LONGEST_VALUE:
        raise Refused(unreadable)
    try:
        return parse(text)
    except ArithmeticError as error:
        raise Refused(unreadable) from error


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """Free text. shortest, longest: characters."""

    shortest: int = 1
    longest: int = 200
    parse: Callable[[str], str] | None = None

    def read(self, ctx: Context, draft: Draft, text: str) -> str:
        text = tidy(text)
        if not self.shortest <= len(text) <= self.longest:
            raise Refused("text_length", shortest=self.shortest, longest=self.longest, length=len(text))
        return self.parse(text) if self.parse else text


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form.

    name, version: of the stored drafts. submit: files the answers and tells the person; it runs in the turn's
    transaction and must give the same result for the same draft. migrate: brings answers of an older version
    up to date; fields it cannot bring are asked again.
    """

    name: str
    version: int
    title: str
    fields: tuple[Field, ...]
    submit: Callable[[Context, Draft, Answers], None]
    allowed: Callable[[Employee], bool] = field(default=lambda employee: True)
    preview: Callable[[Context, Draft, Answers], list[str]] | None = None
    migrate: Callable[[dict[str, Any], int], dict[str, Any]] | None = None

    def field(self, name: str) -> Field | None:
        return next((f for f in self.fields if f.name == name), None)


def load_answers(form: Form, draft: Draft) -> dict[str, Any]:
    """Read the stored answers; one that its field no longer understands counts as not given."""
    return _load(form, draft.answers)


def load_former(form: Form, draft: Draft) -> dict[str, Any]:
    """Read the answers of the request that a draft mends, as far as its fields still understand them."""
    return _load(form, draft.mend.former) if draft.mend is not None else {}


def _load(form: Form, stored: Mapping[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for f in form.fields:
        if f.name in stored:
            try:
                answers[f.name] = f.load(stored[f.name])
            except (ValueError, KeyError, TypeError, ArithmeticError, Refused):
                continue
    return answers


def visible_fields(form: Form, draft: Draft, answers: Answers) -> list[Field]:
    """Give the fields that this draft asks, in order."""
    fields = [f for f in form.fields if f.when is None or f.when(answers)]
    if draft.mend is not None:
        fields = [f for f in fields if f.name in draft.mend.fields]
    return fields


def next_field(form: Form, draft: Draft, answers: Answers) -> Field | None:
    """Derive the next question: the field in focus, else the first that is neither answered nor skipped."""
    fields = visible_fields(form, draft, answers)
    for f in fields:
        if f.name == draft.focus:
            return f
    return next((f for f in fields if f.name not in answers and f.name not in draft.skipped), None)
