"""The board on which a message is solved: every stretch of text is given to one field, once, with the reason.

A recogniser searches only what nobody has taken yet. So the order of recognisers is the grammar's order of
trust, and a digit of a phone number can never become a discount as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from handlers.intake_text.normalising import Text

_GONE = "\0"
MOST = 16
"""Mentions of one kind that are looked at; a message with more is no request."""
CORRECTION = re.compile(
    r"打错|写错|说错|输错|发错|搞错|弄错|错了|不对|哦不|噢不|口误|更正|纠正|改正|应该是|应为|而是|以后面|修正|"
    r"不是.{0,12}?[,，\s]?是"
)


_STANDS = re.compile(r"\s?(?:的?折扣|的)?\s?(?:为准|为主)")


@dataclass(frozen=True)
class Find:
    """A value of one field, as JSON has it. start, end: in the text of the board; why: the rule's name."""

    field: str
    value: Any
    start: int
    end: int
    why: str


@dataclass(frozen=True)
class Question:
    """A field that must be asked back. candidates: values to choose from; why: in English, for the asker."""

    field: str
    candidates: tuple[str, ...]
    why: str
    start: int = 0
    end: int = 0


@dataclass
class Board:
    """A text and what is known of it so far."""

    text: Text
    finds: dict[str, list[Find]] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)
    _left: str | None = None
    _taken: list[tuple[int, int]] = field(default_factory=list)

    @property
    def left(self) -> str:
        """The text with taken stretches blanked; positions stay."""
        if self._left is None:
            self._left = self.text.said
            for start, end in self._taken:
                self._left = f"{self._left[:start]}{_GONE * (end - start)}{self._left[end:]}"
        return self._left

    @property
    def left_as_shown(self) -> str:
        """What is left in the letters that were typed; positions stay."""
        pairs = zip(self.left, self.text.shown, strict=True)
        return "".join(_GONE if left == _GONE else shown for left, shown in pairs)

    def search(self, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Give at most MOST matches in what is left."""
        for count, match in enumerate(pattern.finditer(self.left)):
            if count >= MOST:
                return
            yield match

    def search_all(self, pattern: re.Pattern[str], most: int = 200) -> Iterator[re.Match[str]]:
        """Give matches in what is left now, for patterns that cut a text into pieces."""
        for count, match in enumerate(pattern.finditer(self.left)):
            if count >= most:
                return
            yield match

    def take(self, start: int, end: int) -> None:
        """Give a stretch away, so that no later recogniser reads it."""
        left = self.left
        self._taken.append((start, end))
        self._left = f"{left[:start]}{_GONE * (end - start)}{left[end:]}"

    def release(self, start: int, end: int) -> None:
        """Give a stretch back to the rules that come later."""
        self._taken = [span for span in self._taken if span != (start, end)]
        self._left = None

    def found(self, name: str, value: Any, start: int, end: int, why: str) -> None:
        self.finds.setdefault(name, []).append(Find(name, value, start, end, why))
        self.take(start, end)

    def ask(self, name: str, candidates: Sequence[str], why: str, start: int = 0, end: int = 0) -> None:
        """Note a doubt; the first one of a field stays."""
        self.questions.setdefault(name, Question(name, tuple(dict.fromkeys(candidates)), why, start, end))
        if end > start:
            self.take(start, end)

    def shown(self, start: int, end: int) -> str:
        return self.text.shown[start:end]

    def settle(self, name: str) -> Find | None:
        """Give the one value of a field; several become a question, unless one corrects the others."""
        finds = self.finds.get(name, [])
        if not finds or name in self.questions:
            return None
        last = finds[-1]
        if any(find.value != last.value for find in finds):
            finds = corrected(self.text.said, finds)
            last = finds[-1]
        if any(find.value != last.value for find in finds):
            self.ask(name, [str(find.value) for find in finds], f"several values: {len(finds)}")
            return None
        return last


def corrected(said: str, finds: list[Find]) -> list[Find]:
    """Drop the values that the writer takes back: 138… 打错了是 139…"""
    ordered = sorted(finds, key=lambda find: find.start)
    for find in ordered:
        if _STANDS.match(said, find.end) and re.search(r"以\s?$", said[max(0, find.start - 2) : find.start]):
            return [find]
    for at in range(len(ordered) - 1, 0, -1):
        before = ordered[at - 1]
        if CORRECTION.search(said, max(0, before.start - 4), ordered[at].start):
            return ordered[at:]
    return ordered
