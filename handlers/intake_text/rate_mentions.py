"""A mention of a discount rate, and how a rate is written out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class RateMention:
    """A rate in a text. value: where it says one; candidates: where it has several readings.

    delta: where it counts from the rate that holds, negative = the customer pays less. rival: said of
    somebody else's price, or of the past. negated: said not to be it. off: counted down from the list price.
    """

    start: int
    end: int
    value: Decimal | None = None
    candidates: tuple[Decimal, ...] = ()
    delta: Decimal | None = None
    again: Decimal | None = None
    why: str = "words"
    rival: bool = False
    negated: bool = False
    off: bool = False

    @property
    def meant(self) -> bool:
        return not self.rival and not self.negated


def rate_text(rate: Decimal) -> str:
    """Write a rate as the format has it: at least two decimals."""
    exact = rate.normalize()
    exponent = exact.as_tuple().exponent
    return format(
        exact if isinstance(exponent, int) and exponent < -2 else rate.quantize(Decimal("0.01")), "f"
    )
