"""A year of reminders in virtual time, against a table that was written apart from the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from chinese_calendar import is_workday
from sqlalchemy import Engine

from storage.engine import create_write_engine
from tests.support.reminder_facts import Facts, InspectionStory, LoanStory, Person, StepStory
from tests.support.reminder_stage import Stage
from tests.support.reminder_story import BEGIN, END, HEADCOUNT, Storyteller
from tests.support.reminder_table import CLOSES, OPENS, ZONE, Entry, Table

HOURS = (3, 8, 9, 11, 14, 17, 20)
DAY = timedelta(days=1)
BEFORE = datetime(2025, 12, 20, 10, 15, tzinfo=ZONE)
EVERY_RULE = {
    *("approval", "execution", "draft", "returned", "follow_up", "special_rate", "collection", "loan_due"),
    *("loan_overdue", "missing", "probation", "contract", "leaving", "inspection", "incident", "calendar"),
    "weekly",
}
BOSS, HR, KEEPER, LEADER = "YH0001", "YH0002", "YH0004", "YH0007"
BORROWER, COLLEAGUE, ADMIN = "YH0020", "YH0021", "YH0013"


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    """A database that nobody expects to outlive a failure of the machine."""
    made = create_write_engine(sqlite_url)
    raw = made.raw_connection()
    raw.cursor().execute("PRAGMA synchronous = OFF")
    raw.close()
    yield made
    made.dispose()


# --- a year ----------------------------------------------------------------------------------------------


def test_a_year_is_reminded_of_as_the_table_says(engine: Engine) -> None:
    """Each rule on its days, in the window, once, nothing after closing; and not too much a day."""
    facts = Storyteller(2026).tell()
    stage = Stage(engine, facts)
    stage.live(BEGIN, END, HOURS)
    said, messages = stage.told(), stage.messages()
    compare(said, Table(facts, HOURS).between(BEGIN, END))
    assert {entry.rule for entry, _late in said} == EVERY_RULE
    assert not any(late for _entry, late in said)
    assert all(is_workday(entry.at.date()) and OPENS <= entry.at.time() < CLOSES for entry, _late in said)
    closed = closings(facts)
    assert [entry for entry, _late in said if entry.at >= closed.get(entry.subject, entry.at + DAY)] == []
    assert {entry.subject for entry, _late in said} & closed.keys()
    digests = Counter((to, at.date()) for to, at, card in messages if card.startswith("digest:"))
    assert set(digests.values()) == {1}
    report(said, messages)


def compare(said: list[tuple[Entry, bool]], expected: Counter[Entry]) -> None:
    """Compare rule by rule, and name the first differences."""
    found = Counter(entry for entry, _late in said)
    wrong = []
    for rule in sorted({entry.rule for entry in found | expected}):
        for sign, more, less in (("said", found, expected), ("not said", expected, found)):
            these = sorted(entry for entry in (more - less) if entry.rule == rule)
            wrong += [
                f"{sign}: {e.at:%m-%d %a %H:%M} {rule} {e.concern} {e.subject} {e.to}" for e in these[:6]
            ]
    assert not wrong, "\n".join(wrong)


def closings(facts: Facts) -> dict[str, datetime]:
    """Give when each subject was over, whatever the rules."""
    found: dict[str, datetime | None] = {f"loan:{loan.id}": loan.ended for loan in facts.loans}
    found |= {f"step:{step.id}": step.closed for step in facts.steps}
    found |= {f"request:{back.id}": back.closed for back in facts.returns}
    found |= {f"change:{rate.id}": rate.closed for rate in facts.rates}
    found |= {f"draft:{draft.id}/{draft.author}": draft.closed for draft in facts.drafts}
    found |= {f"incident:{incident.id}": incident.closed for incident in facts.incidents}
    found |= {f"inspection:{each.period}/{each.unit}": each.closed for each in facts.inspections}
    found |= {f"customer:{customer.id}": customer.frozen for customer in facts.customers}
    for person in facts.people.values():
        found[f"leaving:{person.number}"] = person.settled
        found[f"missing:{person.number}"] = person.complete
        found[f"staff:{person.number}"] = person.left
    return {subject: at for subject, at in found.items() if at is not None}


def report(said: list[tuple[Entry, bool]], messages: list[tuple[str, datetime, str]]) -> None:
    """Print how much people get on a working day."""
    days = sum(is_workday(BEGIN + DAY * at) for at in range((END - BEGIN).days + 1))
    volume = Counter((to, moment.date()) for to, moment, _card in messages)
    everybody = sorted([*volume.values(), *[0] * (HEADCOUNT * days - len(volume))])
    lines = sorted(Counter((e.to, e.at) for e, _late in said if not e.apart).values())
    print(f"\n{len(said)} reminders in {len(messages)} messages to {HEADCOUNT} people on {days} working days")
    print(f"messages a person and working day: {spread(everybody)}")
    print(f"messages to whoever got any that day: {spread(sorted(volume.values()))}")
    print(f"reminders a digest: {spread(lines)}")
    busiest = Counter(to for to, _moment, _card in messages).most_common(5)
    print("busiest: " + ", ".join(f"{to} {count / days:.2f} a day" for to, count in busiest))
    print("by rule: " + ", ".join(f"{r} {n}" for r, n in Counter(e.rule for e, _ in said).most_common()))
    assert everybody[-1] <= 6


def spread(counts: list[int]) -> str:
    p95 = counts[len(counts) * 95 // 100]
    return f"mean {sum(counts) / len(counts):.3f}, p95 {p95}, max {counts[-1]}"


# --- the clock -------------------------------------------------------------------------------------------


def small_company(*loans: LoanStory, steps: tuple[StepStory, ...] = ()) -> Facts:
    facts = Facts(keepers={"D07": (KEEPER,)})
    for number, superior, unit, role in (
        (BOSS, "", "D00", "general_manager"),
        (HR, BOSS, "D07", "hr_manager"),
        (KEEPER, HR, "D07", "file_keeper"),
        (LEADER, BOSS, "D01", "department_head"),
        (ADMIN, BOSS, "D00", "system_admin"),
        (BORROWER, LEADER, "D01", "employee"),
        (COLLEAGUE, LEADER, "D01", "employee"),
    ):
        roles, off = frozenset({role} - {"employee"}), frozenset({"weekly"})
        facts.people[number] = Person(number, superior, unit, roles, file_unit="D07", off=off)
    facts.loans, facts.steps = list(loans), list(steps)
    facts.inspections = [InspectionStory("D07", "2026Q1", date(2026, 3, 31), BEFORE)]
    return facts


def loan(due: date, ended: datetime | None = None, *, number: int = 1, of: str = COLLEAGUE) -> LoanStory:
    dues = ((BEFORE + timedelta(minutes=1), due),)
    return LoanStory(number, of, BORROWER, "D07", BEFORE, BEFORE.date(), dues[0][0], dues, ended)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def waiting(opened: datetime) -> StepStory:
    return StepStory(1, 1, BORROWER, (LEADER,), executes=False, opened=opened, closed=None)


def test_a_clock_that_jumps_back_and_forth_says_nothing_twice(engine: Engine) -> None:
    tuesday = date(2026, 3, 10)
    opened = at(tuesday, 9, 40)
    facts = small_company(loan(date(2026, 3, 6)), steps=(waiting(opened),))
    stage = Stage(engine, facts)
    for hour in (8, 9, 8, 9, 10, 9, 10, 13, 14, 13, 14, 15):
        stage.sweep(at(tuesday, hour))
    told = stage.told()
    compare(told, Table(facts, (9, 14)).between(tuesday, tuesday))
    assert [entry.at.hour for entry, _late in told if entry.apart] == [14]
    assert len(stage.messages()) == len({to for to, _at, _card in stage.messages()}) + 1  # LEADER also apart


def test_after_eight_hours_asleep_the_digest_goes_out_and_is_not_late(engine: Engine) -> None:
    monday = date(2026, 3, 9)
    facts = small_company(loan(date(2026, 3, 6)), loan(date(2026, 3, 11), number=2, of=HR))
    stage = Stage(engine, facts)
    stage.sweep(at(monday, 8))
    stage.sweep(at(monday, 16))
    told = stage.told()
    assert {(entry.rule, entry.to) for entry, _late in told} == {
        *(("loan_overdue", to) for to in (BORROWER, KEEPER, LEADER)),
        ("loan_due", BORROWER),
    }
    assert not any(late for _entry, late in told)
    assert one_digest_each(stage, monday, 16)


def test_a_day_without_sweeps_is_made_up_for_by_one_digest_that_says_so(engine: Engine) -> None:
    """Late is what only Tuesday's digest was to say; what comes again every day is not."""
    monday, wednesday = date(2026, 3, 9), date(2026, 3, 11)
    loans = (
        loan(date(2026, 3, 4)),  # overdue since Thursday: daily
        loan(date(2026, 3, 12), number=2, of=HR),  # two days before: Tuesday; one: Wednesday
        loan(date(2026, 3, 9), number=3, of=LEADER),  # its leader was to hear of it on Tuesday
    )
    stage = Stage(engine, small_company(*loans))
    stage.live(monday, monday, (9, 10))
    before = len(stage.told())
    stage.live(wednesday, wednesday, (8, 9, 10))
    told = {(e.subject, e.to, e.concern): late for e, late in stage.told()[before:]}
    assert told == {
        ("loan:1", BORROWER, "duty"): False,
        ("loan:1", KEEPER, "duty"): False,
        ("loan:2", BORROWER, "duty"): False,
        ("loan:3", BORROWER, "duty"): False,
        ("loan:3", KEEPER, "duty"): False,
        ("loan:3", LEADER, "escalation"): True,
    }
    assert one_digest_each(stage, wednesday, 9)


def one_digest_each(stage: Stage, day: date, hour: int) -> bool:
    """Tell whether everybody who was told on a day got one message, at that hour."""
    people = {entry.to for entry, _late in stage.told() if entry.at.date() == day}
    sent = [(to, moment) for to, moment, _card in stage.messages() if moment.date() == day]
    return sorted(sent) == sorted((to, at(day, hour)) for to in people)


# --- the calendar ----------------------------------------------------------------------------------------


def test_new_year_comes_without_a_published_calendar(engine: Engine) -> None:
    first, last = date(2026, 12, 24), date(2027, 1, 8)
    with pytest.raises(NotImplementedError):
        is_workday(last)
    over = InspectionStory("D07", "2026Q4", date(2026, 12, 31), at(date(2027, 1, 6), 11))
    facts = small_company(loan(date(2027, 1, 1)), loan(date(2027, 1, 4), number=2, of=HR))
    facts.inspections = [over]
    facts.people[LEADER] = replace(facts.people[LEADER], contracts=((BEFORE, date(2027, 1, 3)),))
    stage = Stage(engine, facts)
    stage.live(first, last, HOURS)
    told = stage.told()
    compare(told, Table(facts, HOURS).between(first, last))
    assert [entry.at for entry, _late in told if entry.rule == "calendar"] == [at(first, 9)]
    assert not any(entry.at.date() == date(2027, 1, 1) for entry, _late in told)
    warned = [entry.at.date() for entry, _late in told if entry.subject == "loan:2"][:3]
    assert warned == [date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 4)]


def test_at_spring_festival_working_weekends_are_days_like_others(engine: Engine) -> None:
    first, last = date(2026, 2, 11), date(2026, 3, 2)
    lent = loan(date(2026, 2, 20))
    facts = small_company(lent, loan(date(2026, 2, 28), number=2, of=HR))
    stage = Stage(engine, facts)
    stage.live(first, last, HOURS)
    told = stage.told()
    compare(told, Table(facts, HOURS).between(first, last))
    days = sorted({entry.at.date() for entry, _late in told if entry.subject == "loan:1"})
    working = [date(2026, 2, day) for day in (12, 13, 14, 24, 25, 26, 27, 28)]
    assert days == [*working, date(2026, 3, 2)]
    warned = [entry.at.date().day for entry, _late in told if entry.rule == "loan_due"]
    assert warned == [12, 13, 14, 26, 27, 28]
