"""A date: likely days as buttons, a month to turn through, and whatever a person types."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.dates import parse_date
from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Field, Key, read_value
from handlers.language import Language

_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A day. earliest, latest: offsets in days from today, both included; likely: offsets offered first."""

    likely: tuple[int, ...] = (0, 1, 2, 7)
    earliest: int | None = 0
    latest: int | None = None
    today: Callable[[Context], date] = lambda ctx: ctx.today

    def read(self, ctx: Context, draft: Draft, text: str) -> date:
        try:
            return self._within(
                ctx, self._past(ctx, read_value(self._parser(ctx), text, "date_unreadable"), text)
            )
        except Refused as error:
            if found := error.params.get("candidates"):
                draft.view = {"candidates": [day.isoformat() for day in found]}
            raise

    def pick(self, ctx: Context, draft: Draft, arg: str) -> date:
        try:
            return self._within(ctx, date.fromisoformat(arg))
        except ValueError as error:
            raise Refused("button_unknown") from error

    def turn(self, ctx: Context, draft: Draft, arg: str) -> None:
        try:
            draft.view = {"month": date.fromisoformat(f"{arg}-01").isoformat()[:7]} if arg else {}
        except ValueError as error:
            raise Refused("button_unknown") from error

    def recheck(self, ctx: Context, value: date) -> None:
        self._within(ctx, value)

    def dump(self, value: date) -> str:
        return value.isoformat()

    def load(self, raw: str) -> date:
        return date.fromisoformat(raw)

    def show(self, _: Language, value: date) -> str:
        return _.day(value)

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        if month := draft.view.get("month", ""):
            return self._month(ctx, date.fromisoformat(f"{month}-01"))
        today = self.today(ctx)
        days = [date.fromisoformat(day) for day in draft.view.get("candidates", ())]
        days = days or [today + timedelta(days=offset) for offset in self.likely]
        keys = [Key(ctx.language.day(day), day.isoformat()) for day in days if self._fits(ctx, day)]
        rows = [keys[start : start + 2] for start in range(0, len(keys), 2)]
        return [*rows, [Key(ctx.language("Calendar"), today.isoformat()[:7], turns=True)]]

    def _month(self, ctx: Context, first: date) -> list[list[Key]]:
        _ = ctx.language
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        earliest, latest = self._limits(ctx)
        title = [Key(_.month(first), "", turns=True)]
        if first > earliest:
            title.insert(0, Key("◀", (first - timedelta(days=1)).isoformat()[:7], turns=True))
        if last < latest:
            title.append(Key("▶", (last + timedelta(days=1)).isoformat()[:7], turns=True))
        rows = [title]
        for week in calendar.monthcalendar(first.year, first.month):  # 0: a day of another month
            days = [day for number in week if number and self._fits(ctx, day := first.replace(day=number))]
            if days:
                rows.append([Key(str(day.day), day.isoformat()) for day in days])
        return rows

    def _parser(self, ctx: Context) -> Callable[[str], date]:
        return lambda text: parse_date(text, self.today(ctx))

    def _past(self, ctx: Context, day: date, text: str) -> date:
        """Where only past days are asked for, 11月28日 without a year is last year's."""
        if self.latest != 0 or day <= self.today(ctx) or _YEAR.search(text):
            return day
        return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)

    def _limits(self, ctx: Context) -> tuple[date, date]:
        today = self.today(ctx)
        return (
            date.min if self.earliest is None else today + timedelta(days=self.earliest),
            date.max if self.latest is None else today + timedelta(days=self.latest),
        )

    def _fits(self, ctx: Context, day: date) -> bool:
        first, last = self._limits(ctx)
        return first <= day <= last

    def _within(self, ctx: Context, day: date) -> date:
        first, last = self._limits(ctx)
        if day < first:
            raise Refused("date_too_early", day=day, first=first)
        if day > last:
            raise Refused("date_too_late", day=day, last=last)
        return day
