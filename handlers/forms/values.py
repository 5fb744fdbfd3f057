"""Fields whose answers are domain values: rate, settlement, phone, address, credit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.addresses import parse_address
from domain.credit_codes import parse_credit_code
from domain.errors import Refused
from domain.phones import Phone, display, masked, parse_phone
from domain.rates import PLACES, parse_rate
from domain.settlements import (
    Settlement,
    SettlementMethod,
    parse_days,
    parse_settlement,
    settlement_of,
    settlement_words,
)
from handlers.context import Context
from handlers.conversation import Draft
from handlers.forms.fields import Field, Key, read_value, tidy
from handlers.language import Language
from handlers.wording import show_rate, show_settlement

LONGEST_ARG = 40  # bytes of a button that stands for words


def _candidates(draft: Draft, error: Refused, write: Callable[[Any], str]) -> None:
    """Keep the readings of an ambiguous answer, so that they become the question's buttons."""
    words = [write(value) for value in error.params.get("candidates", ())]
    if fitting := [each for each in words if len(each.encode()) <= LONGEST_ARG]:
        draft.view = {"candidates": fitting[:6]}


@dataclass(frozen=True, kw_only=True)
class Rate(Field):
    """A discount rate. usual: offered as buttons. current: what holds now, which 再让2个点 starts from."""

    usual: Callable[[Context], Sequence[Decimal]] = lambda ctx: ()
    current: Callable[[Context, Draft], Decimal | None] = lambda ctx, draft: None

    def read(self, ctx: Context, draft: Draft, text: str) -> Decimal:
        current = self.current(ctx, draft)
        try:
            return read_value(lambda typed: parse_rate(typed, current), text, "rate_unreadable")
        except Refused as error:
            if found := [rate for rate in error.params.get("candidates", ()) if rate == round(rate, PLACES)]:
                draft.view = {"candidates": [str(rate) for rate in found][:6]}
            raise

    def pick(self, ctx: Context, draft: Draft, arg: str) -> Decimal:
        for rate in self._offered(ctx, draft):
            if str(rate) == arg:
                return rate
        raise Refused("choice_gone")

    def _offered(self, ctx: Context, draft: Draft) -> list[Decimal]:
        return [Decimal(c) for c in draft.view.get("candidates", ())] or list(self.usual(ctx))

    def dump(self, value: Decimal) -> str:
        return str(value)

    def load(self, raw: Any) -> Decimal:
        return Decimal(super().load(raw))

    def show(self, _: Language, value: Decimal) -> str:
        return show_rate(_, value)

    def echo(self, _: Language, value: Decimal) -> str:
        """Write the number beside the words: 九二折(0.92)."""
        shown = show_rate(_, value)
        return f"{shown}({value})" if _.code.startswith("zh") else shown

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        keys = [Key(show_rate(ctx.language, rate), str(rate)) for rate in self._offered(ctx, draft)]
        return [keys[start : start + 4] for start in range(0, len(keys), 4)]


@dataclass(frozen=True, kw_only=True)
class Terms(Field):
    """Settlement terms. usual: words offered as buttons, each readable by parse_settlement."""

    usual: tuple[str, ...] = ()
    days: tuple[int, ...] = (30, 45, 60, 90)

    def read(self, ctx: Context, draft: Draft, text: str) -> Settlement:
        text = tidy(text)
        if pending := draft.view.get("term"):
            try:
                return settlement_of(
                    SettlementMethod(pending), read_value(parse_days, text, "settlement_days_unreadable")
                )
            except Refused as error:
                if error.code != "settlement_days_unreadable":
                    raise
        try:
            return read_value(parse_settlement, text, "settlement_unreadable")
        except Refused as error:
            _candidates(draft, error, settlement_words)
            if error.code == "settlement_days_missing":
                draft.view = {"term": str(error.params["method"])}
            raise

    def dump(self, value: Settlement) -> Any:
        return value.to_json()

    def load(self, raw: Any) -> Settlement:
        return Settlement.from_json(raw)

    def show(self, _: Language, value: Settlement) -> str:
        return show_settlement(_, value)

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        _ = ctx.language
        if draft.view.get("term"):
            return [[Key(_("{n} days", n=days), str(days)) for days in self.days]]
        offered = draft.view.get("candidates") or self.usual
        keys = [Key(show_settlement(_, parse_settlement(words)), words) for words in offered]
        return [keys[start : start + 2] for start in range(0, len(keys), 2)]


@dataclass(frozen=True, kw_only=True)
class PhoneNumber(Field):
    def read(self, ctx: Context, draft: Draft, text: str) -> Phone:
        try:
            return parse_phone(text)
        except Refused as error:
            _candidates(draft, error, display)
            raise

    def keys(self, ctx: Context, draft: Draft) -> list[list[Key]]:
        return [[Key(number, number)] for number in draft.view.get("candidates", ())]

    def dump(self, value: Phone) -> Any:
        return value.to_json()

    def load(self, raw: Any) -> Phone:
        return Phone.from_json(raw)

    def show(self, _: Language, value: Phone) -> str:
        return display(value)

    def show_outside(self, _: Language, value: Phone) -> str:
        return masked(value)


@dataclass(frozen=True, kw_only=True)
class Address(Field):
    def read(self, ctx: Context, draft: Draft, text: str) -> str:
        return parse_address(tidy(text))


@dataclass(frozen=True, kw_only=True)
class CreditCode(Field):
    def read(self, ctx: Context, draft: Draft, text: str) -> str:
        return parse_credit_code(tidy(text))
