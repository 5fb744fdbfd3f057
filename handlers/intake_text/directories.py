"""The customers a message may speak of: 虞峰纺机 is 常熟市虞峰纺织机械有限公司."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from domain.duplicates import KnownCustomer, judge
from domain.names import name_key, pinyin
from domain.numerals import fold

_SHORTEST = 2


@dataclass(frozen=True)
class DirectoryEntry:
    """A customer of the directory. rate: share of the list price it pays, where known."""

    name: str
    rate: Decimal | None = None
    credit_code: str = ""
    phones: tuple[str, ...] = ()


class Directory:
    """A list of customers that a text is read against."""

    def __init__(self, entries: Iterable[DirectoryEntry]) -> None:
        self.entries = tuple(entries)

    def matches(self, called: str) -> list[DirectoryEntry]:
        """Give whom a rep may mean: the exact name alone, else all that it may be short for."""
        typed = _closed(called)
        exact = [entry for entry in self.entries if _closed(entry.name) == typed]
        if exact:
            return exact
        key = name_key(called)
        same = [
            entry
            for entry in self.entries
            if name_key(entry.name).core == key.core
            and _places_agree(key.places, name_key(entry.name).places)
        ]
        short = _closed(key.core)
        if len(short) < _SHORTEST:
            return same
        inside = [
            entry
            for entry in self.entries
            if entry not in same
            and short in _closed(entry.name)
            and (not same or _places_agree(key.places, name_key(entry.name).places))
        ]
        if same or inside:
            return same + inside
        brands = [entry for entry in self.entries if _abbreviates(short, _core(entry.name))]
        return brands or [entry for entry in self.entries if _abbreviates(typed, _closed(entry.name))]

    def alike(self, called: str) -> list[DirectoryEntry]:
        """Give customers whose names merely sound so; to choose from, never to be taken."""
        brand = pinyin(_closed(name_key(called).core)[:2])
        return [entry for entry in self.entries if brand and pinyin(_core(entry.name)[:2]) == brand]

    def duplicate(self, name: str, credit_code: str, phones: Iterable[str]) -> DirectoryEntry | None:
        """Give the customer that a new one would file a second time."""
        wanted = tuple(phones)
        for entry in self.entries:
            known = KnownCustomer("", entry.name, entry.credit_code or None, entry.phones, "", "")
            found = judge(name, credit_code or None, wanted, known)
            if found is not None and found.kind == "exact":
                return entry
        return None


def _abbreviates(short: str, core: str) -> bool:
    """Whether a name is shortened so: two characters as they stand, some others in order."""
    if len(short) < 3 or short[:2] not in core:
        return False
    at = core.index(short[:2]) + 2
    for character in short[2:]:
        at = core.find(character, at) + 1
        if at == 0:
            return False
    return True


def _places_agree(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    return not ours or not theirs or bool(ours & theirs)


@lru_cache(maxsize=4096)
def _core(name: str) -> str:
    return _closed(name_key(name).core)


@lru_cache(maxsize=4096)
def _closed(name: str) -> str:
    return "".join(fold(name).split()).casefold()
