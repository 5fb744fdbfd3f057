"""A date: likely days as buttons, a month to turn through, and whatever a person types."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.dates import parse_date
from domain.errors import Refused
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Field, Key
from handlers.language import Language


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A day. earliest, latest: offsets in days from today, both included; likely: offsets offered first."""

    likely: tuple[int, ...] = (0, 1, 2, 7)
    earliest: int | None = 0
    latest: int | None = None
    today: Callable[[Context], date] = lambda ctx: ctx.today

    def read(self, ctx: Context, draft: Draft, text: str) -> date:
        try:
            return self._within(ctx, parse_date(text, self.today(ctx)))
        except Refused as error:
            if found := error.params.get("candidates"):
                draft.view = {"candidates": [day.isoformat() for day in found]}
            raise

    def pick(self, ctx: Context, draft: Draft, arg: str) -> date:
        return self._within(ctx, date.fromisoformat(arg))

    def turn(self, ctx: Context, draft: Draft, arg: str) -> None:
        draft.view = {"month": arg} if arg else {}

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
        return [*rows, [Key(ctx.language("Calendar"), today.strftime("%Y-%m"), turns=True)]]

    def _month(self, ctx: Context, first: date) -> list[list[Key]]:
        _ = ctx.language
        before = first - timedelta(days=1)
        after = (first + timedelta(days=31)).replace(day=1)
        rows = [
            [
                Key("◀", before.strftime("%Y-%m"), turns=True),
                Key(_.month(first), "", turns=True),
                Key("▶", after.strftime("%Y-%m"), turns=True),
            ]
        ]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month):
            days = [day for day in week if day.month == first.month and self._fits(ctx, day)]
            if days:
                rows.append([Key(str(day.day), day.isoformat()) for day in days])
        return rows

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
