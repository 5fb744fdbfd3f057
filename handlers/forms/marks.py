"""Fields that count, and fields that mark several of a list, a tap for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.errors import Refused
from domain.personnel_files.materials import parse_pages
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.choices import Option, find_options
from handlers.forms.fields import Field, Key, read_value, tidy
from handlers.language import Language
from handlers.wording import shorten

DONE, ALL = "done", "all"
PER_PAGE = 16


@dataclass(frozen=True, kw_only=True)
class Pages(Field):
    """A count of pages. usual: offered as a button."""

    usual: Callable[[Context], Sequence[int]] = lambda ctx: ()

    def read(self, ctx: Context, draft: Draft, text: str) -> int:
        return read_value(parse_pages, text, "pages_unreadable")

    def load(self, raw: Any) -> int:
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise TypeError(f"{self.name} holds a number, not {raw!r}")
        return raw

    def show(self, _: Language, value: int) -> str:
        return _.plural("{n} page", "{n} pages", value)

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        return [[Key(self.show(ctx.language, count), str(count)) for count in self.usual(ctx)]]


@dataclass(frozen=True, kw_only=True)
class Marks(Field):
    """Several of a list. The value is a list of [option, mark]; a tap gives an option its next mark.

    marks: what an option can be marked as, value and label; one mark alone is a tick. whole: label of a
    button that stands for an empty list. names: labels of options that are known beforehand. accepts: typed
    values beside the options.
    """

    options: Callable[[Context], Sequence[Option]]
    marks: tuple[tuple[str, str], ...] = (("x", ""),)
    whole: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    accepts: Callable[[Context, str], bool] = lambda ctx, word: False

    def read(self, ctx: Context, draft: Draft, text: str) -> list[list[str]]:
        said = tidy(text).replace("，", ",").replace("、", ",").replace(";", ",")
        if self.whole and said.casefold() in {self.whole.casefold(), ctx.language(self.whole).casefold()}:
            return []
        if said.casefold() in {DONE, ctx.language("Done").casefold()}:
            return self.pick(ctx, draft, DONE)
        offered, found = self.options(ctx), list[list[str]]()
        for word in (each for part in said.split(",") for each in part.split() or [part]):
            fitting = find_options(offered, word, [ctx.language])
            if len(fitting) == 1:
                found.append([fitting[0].value, self.marks[0][0]])
            elif self.accepts(ctx, word.casefold()):
                found.append([word.casefold(), self.marks[0][0]])
            else:
                labels = [ctx.language(option.label) for option in offered[:8]]
                raise Refused("choice_unknown", options=labels)
        return found

    def pick(self, ctx: Context, draft: Draft, arg: str) -> list[list[str]]:
        if arg == ALL and self.whole:
            return []
        marked = self._marked(draft)
        if arg != DONE or not marked:
            raise Refused("tick_something")
        return [[option, mark] for option, mark in marked.items()]

    def turn(self, ctx: Context, draft: Draft, arg: str) -> None:
        if arg.startswith("p"):
            super().turn(ctx, draft, arg[1:])
            return
        if all(option.value != arg for option in self.options(ctx)):
            raise Refused("button_unknown")
        marked, order = self._marked(draft), ["", *(mark for mark, _label in self.marks)]
        after = order[(order.index(marked.get(arg, "")) + 1) % len(order)]
        marked = {key: mark for key, mark in marked.items() if key != arg}
        draft.view = {**draft.view, "marked": {**marked, arg: after} if after else marked}

    def load(self, raw: Any) -> list[list[str]]:
        if not isinstance(raw, list) or any(not isinstance(each, list) or len(each) != 2 for each in raw):
            raise TypeError(f"{self.name} holds pairs, not {raw!r}")
        return [[str(option), str(mark)] for option, mark in raw]

    def show(self, _: Language, value: list[list[str]]) -> str:
        if not value:
            return _(self.whole) if self.whole else _("nothing")
        labels = dict(self.marks)
        named = [(_(self.names.get(option, "")) or option, _(labels.get(mark, ""))) for option, mark in value]
        return "、".join(f"{option} {mark}".strip() for option, mark in named)

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        _, marked, labels = ctx.language, self._marked(draft), dict(self.marks)
        offered, page = self.options(ctx), int(draft.view.get("page", 0))
        pages = max(1, -(-len(offered) // PER_PAGE))
        page = min(max(page, 0), pages - 1)
        rows = [[Key(_(self.whole), ALL)]] if self.whole else []
        for option in offered[page * PER_PAGE : (page + 1) * PER_PAGE]:
            mark = marked.get(option.value)
            sign = ("☑ " + (_(labels[mark]) + " " if labels.get(mark) else "")) if mark else "☐ "
            rows.append([Key(sign + shorten(_(option.label), 26), option.value, turns=True)])
        turns = [Key("◀ " + _("Previous page"), f"p{page - 1}", turns=True)] if page else []
        if page < pages - 1:
            turns.append(Key(_("Next page") + " ▶", f"p{page + 1}", turns=True))
        done = [[Key(_("Done") + f" ({len(marked)})", DONE)]] if marked else []
        return [*rows, *([turns] if turns else []), *done]

    def _marked(self, draft: Draft) -> dict[str, str]:
        """Give what is marked so far; an answer that is looked at again starts from itself."""
        if "marked" in draft.view:
            return dict(draft.view["marked"])
        return dict(draft.answers.get(self.name, ()))
