"""What an error of the messenger means for a message: again, later, never, or stop everything."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from bot.messengers.port import (
    Conflict,
    Gone,
    MessengerError,
    Moved,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    Unauthorised,
    Unreachable,
)

UNKNOWN_TRIES = 12  # with the waits below: most of an hour


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds to wait after the first failure, the second and so on; the last one then stays.

    unknown: for one message. outage: while the messenger cannot be reached. database: while that is away.
    """

    unknown: tuple[float, ...] = (1.0, 5.0, 30.0, 120.0, 300.0)
    outage: tuple[float, ...] = (1.0, 2.0, 5.0, 15.0, 60.0, 300.0)
    database: tuple[float, ...] = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)


USUAL = Backoff()


def pick(waits: tuple[float, ...], failures: int) -> float:
    """Give the wait after so many failures in a row, counted from nought."""
    return waits[min(failures, len(waits) - 1)]


class Fate(Enum):
    CHAT_WAITS = auto()
    ALL_WAIT = auto()
    AGAIN = auto()
    MOVED = auto()
    UNREACHABLE = auto()
    SEND_ANEW = auto()
    DEAD = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """wait: seconds. unknown: whether the attempt may have succeeded all the same."""

    fate: Fate
    wait: float = 0.0
    unknown: bool = False


def judge_error(
    error: MessengerError, *, unknown_before: int, outages: int, revises: bool, backoff: Backoff = USUAL
) -> Verdict:
    """Decide by the table in docs/architecture.md.

    unknown_before: attempts of this message with unknown outcome. outages: failures to connect in a row.
    revises: revisions repeat harmlessly, and a message that cannot be revised is sent anew.
    """
    match error:
        case RateLimited(retry_after=seconds):
            return Verdict(Fate.CHAT_WAITS, seconds)
        case NotSent():
            return Verdict(Fate.ALL_WAIT, pick(backoff.outage, outages))
        case OutcomeUnknown():
            if unknown_before + 1 >= UNKNOWN_TRIES:
                return Verdict(Fate.DEAD, unknown=True)
            return Verdict(Fate.AGAIN, pick(backoff.unknown, unknown_before), unknown=True)
        case Unreachable():
            return Verdict(Fate.UNREACHABLE)
        case Moved():
            return Verdict(Fate.MOVED)
        case Gone() if revises:
            return Verdict(Fate.SEND_ANEW)
        case Unauthorised() | Conflict():
            return Verdict(Fate.STOP)
        case _:
            return Verdict(Fate.DEAD)
