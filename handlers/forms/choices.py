"""Fields answered by choosing: a list of options, paged and searchable, or a record of a register."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Field, Key, tidy
from handlers.language import Language
from handlers.wording import shorten

PAGE = 8
WIDE = 8  # labels longer than this many characters get a row of their own


@dataclass(frozen=True, slots=True)
class Option:
    """value: what is stored, at most 40 bytes. label: a message to translate, or a name as it stands."""

    value: str
    label: str
    aliases: tuple[str, ...] = ()


def page_keys(_: Language, options: Sequence[Option], page: int) -> list[list[Key]]:
    """Lay out one page of options, with keys that turn pages where there are more."""
    pages = max(1, -(-len(options) // PAGE))
    page = min(max(page, 0), pages - 1)
    shown = options[page * PAGE : (page + 1) * PAGE]
    labels = [(shorten(_(option.label)), option.value) for option in shown]
    width = 1 if any(len(label) > WIDE for label, _value in labels) else 2 if len(labels) == 4 else 3
    keys = [Key(label, value) for label, value in labels]
    rows = [keys[start : start + width] for start in range(0, len(keys), width)]
    if pages > 1:
        turns = []
        if page > 0:
            turns.append(Key("◀ " + _("Previous page"), str(page - 1), turns=True))
        if page < pages - 1:
            turns.append(Key(_("Next page") + " ▶", str(page + 1), turns=True))
        rows.append(turns)
    return rows


def find_options(options: Sequence[Option], text: str, languages: Sequence[Language]) -> list[Option]:
    """Find what was typed: a value, label or alias exactly, a position counted from 1, else a part."""
    wanted = tidy(text).casefold()

    def names(option: Option) -> list[str]:
        labels = [option.label, *(language(option.label) for language in languages)]
        return [name.casefold() for name in (option.value, *labels, *option.aliases)]

    if exact := [option for option in options if wanted in names(option)]:
        return exact[:1]
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 5 and 1 <= int(wanted) <= len(options):
        return [options[int(wanted) - 1]]
    return [option for option in options if any(wanted in name for name in names(option))] if wanted else []


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few options. options: fixed, or made for the turn."""

    options: tuple[Option, ...] | Callable[[Context], Sequence[Option]] = ()

    def offered(self, ctx: Context) -> Sequence[Option]:
        return self.options(ctx) if callable(self.options) else self.options

    def read(self, ctx: Context, draft: Draft, text: str) -> str:
        options = self.offered(ctx)
        found = find_options(options, text, [ctx.language])
        if len(found) == 1:
            return found[0].value
        if found:
            draft.view = {"search": tidy(text)[:40]}
            raise Refused("choice_ambiguous", count=len(found))
        raise Refused("choice_unknown", options=[ctx.language(option.label) for option in options[:PAGE]])

    def pick(self, ctx: Context, draft: Draft, arg: str) -> str:
        if any(option.value == arg for option in self.offered(ctx)):
            return arg
        raise Refused("choice_gone")

    def recheck(self, ctx: Context, value: str) -> None:
        if all(option.value != value for option in self.offered(ctx)):
            raise Refused("choice_gone")

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        options = self.offered(ctx)
        if search := draft.view.get("search", ""):
            options = find_options(options, str(search), [ctx.language]) or options
        return page_keys(ctx.language, options, int(draft.view.get("page", 0)))

    def show(self, _: Language, value: str) -> str:
        if not callable(self.options):
            return next((_(option.label) for option in self.options if option.value == value), value)
        return _(value)


@dataclass(frozen=True, kw_only=True)
class OpenChoice(Choice):
    """One of a few options, or the person's own words. shortest, longest: characters of these."""

    shortest: int = 2
    longest: int = 100

    def read(self, ctx: Context, draft: Draft, text: str) -> str:
        said = tidy(text)
        found = find_options(self.offered(ctx), said, [ctx.language])
        if len(found) == 1 and (said.isdigit() or said in _names(found[0], ctx.language)):
            return found[0].value
        if not self.shortest <= len(said) <= self.longest:
            raise Refused("text_length", shortest=self.shortest, longest=self.longest, length=len(said))
        return said

    def recheck(self, ctx: Context, value: str) -> None:
        """Own words stand as they are."""

    def show(self, _: Language, value: str) -> str:
        if callable(self.options):
            return value
        return next((_(option.label) for option in self.options if option.value == value), value)


def _names(option: Option, _: Language) -> set[str]:
    return {option.value, option.label, _(option.label), *option.aliases}


@dataclass(frozen=True, kw_only=True)
class Record(Field):
    """An entry of a register, found by whatever part of it is typed.

    search: gives what fits a text, the likeliest first; an empty text gives the likeliest of all.
    name: is shown for a stored value.
    """

    search: Callable[[Context, str], Sequence[Option]]
    title: Callable[[Context, str], str | None]

    def read(self, ctx: Context, draft: Draft, text: str) -> list[str]:
        found = self.search(ctx, tidy(text))
        if len(found) == 1:
            return [found[0].value, found[0].label]
        if not found:
            raise Refused("record_unknown", text=shorten(tidy(text), 40))
        draft.view = {"search": tidy(text)[:40]}
        raise Refused("choice_ambiguous", count=len(found))

    def pick(self, ctx: Context, draft: Draft, arg: str) -> list[str]:
        if (title := self.title(ctx, arg)) is None:
            raise Refused("choice_gone")
        return [arg, title]

    def recheck(self, ctx: Context, value: list[str]) -> None:
        if self.title(ctx, value[0]) is None:
            raise Refused("choice_gone")

    def load(self, raw: Any) -> list[str]:
        if not isinstance(raw, list) or [type(part) for part in raw] != [str, str]:
            raise TypeError(f"{self.name} holds an id and a name, not {raw!r}")
        return raw

    def show(self, _: Language, value: list[str]) -> str:
        return value[1]

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        options = self.search(ctx, str(draft.view.get("search", "")))
        return page_keys(ctx.language, options, int(draft.view.get("page", 0)))
