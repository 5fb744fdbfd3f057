"""A year in a company of 300 people, drawn by chance from a seed: what happens to everything reminded of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from tests.support.reminder_facts import (
    CustomerStory,
    DraftStory,
    Facts,
    IncidentStory,
    InspectionStory,
    LoanStory,
    Person,
    RateStory,
    ReturnStory,
    StepStory,
)
from tests.support.reminder_table import ZONE

HEADCOUNT, JOINERS = 300, 14
LENDING = 20_000  # ids of the requests that wait for a borrower
BEGIN, END = date(2026, 1, 1), date(2026, 12, 31)
QUARTERS = (date(2026, 3, 31), date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31))
UNITS = ("D01", "D02", "D03", "D04", "D05", "D06", "D07", "D13")
DAY = timedelta(days=1)
LONG_AGO = datetime(2025, 10, 1, 9, 30, tzinfo=ZONE)
OFFICES = (  # number, superior, unit, roles
    ("YH0001", "", "D00", ("general_manager",)),
    ("YH0002", "YH0001", "D07", ("hr_manager", "department_head")),
    ("YH0003", "YH0002", "D07", ("hr_manager",)),
    ("YH0004", "YH0002", "D07", ("file_keeper",)),
    ("YH0005", "YH0002", "D07", ("file_keeper",)),
    ("YH0006", "YH0001", "D13", ("file_keeper", "department_head")),
    ("YH0007", "YH0001", "D01", ("market_manager", "department_head")),
    ("YH0008", "YH0001", "D03", ("lead_accountant", "department_head")),
    ("YH0009", "YH0008", "D03", ("lead_accountant",)),
    ("YH0010", "YH0007", "D02", ("sales_admin", "department_head")),
    ("YH0011", "YH0010", "D02", ("sales_admin",)),
    ("YH0012", "YH0001", "D04", ("department_head",)),
    ("YH0013", "YH0001", "D05", ("department_head", "system_admin")),
    ("YH0014", "YH0013", "D06", ("department_head", "system_admin")),
)
HEADS = {unit: no for no, _above, unit, roles in OFFICES if "department_head" in roles}
KEEPERS = {"D07": ("YH0004", "YH0005"), "D13": ("YH0006",)}
UNINTERESTED = ("YH0001", "YH0007")  # in the weekly report
LEAVING_HEAD = "YH0012"


class Storyteller:
    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._facts = Facts(keepers=KEEPERS)

    def tell(self) -> Facts:
        self._hire()
        self._end_contracts()
        self._leave()
        staff = [p for p in self._facts.people.values() if p.joined is None]
        reps = [p.number for p in staff if p.unit in {"D01", "D02"}]
        self._lend(staff)
        self._ask([p for p in reps if p not in HEADS.values()])
        self._sell(reps)
        self._type(self._chance.sample(staff, 30))
        self._inspect(staff)
        return self._facts

    def _at(self, day: date, span: int = 0) -> datetime:
        """Give a moment on a day or up to `span` days later, never on the hour, when the bot looks."""
        day += DAY * self._chance.randint(0, span)
        return datetime.combine(day, time(self._chance.randint(7, 20), self._chance.randint(1, 59)), ZONE)

    def _any_day(self) -> date:
        return BEGIN + DAY * self._chance.randrange(365)

    def _within(self, chance: float) -> bool:
        return self._chance.random() < chance

    # --- people ------------------------------------------------------------------------------------------

    def _hire(self) -> None:
        for number, superior, unit, roles in OFFICES:
            off = frozenset({"weekly"} if number in UNINTERESTED else ())
            self._put(Person(number, superior, unit, frozenset(roles), file_unit="D07", off=off))
        for at in range(len(OFFICES) + 1, HEADCOUNT - JOINERS + 1):
            unit = self._chance.choice(UNITS)
            self._put(self._rather(Person(f"YH{at:04d}", HEADS[unit], unit, file_unit=_kept_in(unit))))
        for at in range(HEADCOUNT - JOINERS + 1, HEADCOUNT + 1):
            unit, joined = self._chance.choice(UNITS), self._at(self._any_day())
            trial = joined.date() + DAY * 89
            person = Person(f"YH{at:04d}", HEADS[unit], unit, joined=joined, hired=joined.date(), lacks=True)
            passed = max(self._at(trial - DAY * 12, 16), joined + DAY)
            complete = joined + DAY * self._chance.randint(2, 36)
            self._put(replace(person, probation_ends=trial, passed=passed, complete=complete))

    def _rather(self, person: Person) -> Person:
        """Let something be special about a few."""
        if self._within(0.06):
            since = self._at(self._any_day())
            person = replace(person, blocked=((since, since + DAY * self._chance.randint(1, 4)),))
        if self._within(0.1):
            unwanted = self._chance.sample(["special_rate", "draft", "approval"], 2)
            person = replace(person, off=frozenset(unwanted))
        if self._within(0.02):
            hired, complete = BEGIN - DAY * self._chance.randint(3, 90), self._at(BEGIN, 60)
            person = replace(person, lacks=True, hired=hired, complete=complete)
        return person

    def _put(self, person: Person) -> None:
        self._facts.people[person.number] = person

    def _some(self, count: int) -> Sequence[Person]:
        plain = [p for p in self._facts.people.values() if not p.roles and p.joined is None and not p.left]
        return self._chance.sample(plain, count)

    def _end_contracts(self) -> None:
        """Let contracts end on every day of the week, most renewed late, and one not at all."""
        for at, person in enumerate(self._some(9)):
            ends = BEGIN + DAY * (40 + 36 * at)
            history = [(LONG_AGO, ends), (self._at(ends - DAY * 10, 30), date(ends.year + 3, 6, 30))]
            self._put(replace(person, contracts=tuple(history[: 1 if at == 3 else 2])))

    def _leave(self) -> None:
        """Let people leave on different days of the week, a head of department among them."""
        leavers = (*self._some(4), self._facts.people[LEAVING_HEAD])
        for at, person in enumerate(leavers):
            left = self._at(BEGIN + DAY * (20 + 71 * at))
            settled = left + DAY * self._chance.randint(9, 21)
            self._put(replace(person, left=left, settled=settled))

    # --- files -------------------------------------------------------------------------------------------

    def _lend(self, staff: Sequence[Person]) -> None:
        for at, subject in enumerate(self._chance.sample(staff, 200), 1):
            approved = self._at(BEGIN - DAY * 20, 380)
            borrower = self._chance.choice([p for p in staff if p is not subject])
            collect_by, due = approved.date() + DAY * 3, approved.date() + DAY * self._chance.randint(3, 14)
            lent = approved + timedelta(minutes=self._chance.choice([61, 127, 1471, 2903]))
            dues = [(lent, due)]
            ended: datetime | None = datetime.combine(collect_by + DAY, time(0, 30), ZONE)
            if self._within(0.85):
                if self._within(0.2):
                    dues.append((max(self._at(due - DAY, 2), lent + timedelta(minutes=3)), due + DAY * 7))
                ended = self._back(dues)
            story = LoanStory(
                at, subject.number, borrower.number, subject.file_unit, approved, collect_by, lent, (), ended
            )
            if len(dues) > 1 or ended is None or ended.time() != time(0, 30):
                self._facts.loans.append(replace(story, dues=tuple(dues)))
            else:
                self._facts.loans.append(replace(story, lent=None))
        for at, person in enumerate(self._chance.sample(staff, 8), 1):
            opened = self._at(self._any_day())
            closed = self._at(opened.date() + DAY * 2, 25) if self._within(0.8) else None
            self._facts.incidents.append(IncidentStory(at, person.number, opened, closed))

    def _back(self, dues: Sequence[tuple[datetime, date]]) -> datetime | None:
        """Most files come back in time, some late, a few very late or not this year."""
        since, due = dues[-1]
        if self._within(0.02):
            return None if due > END - DAY * 20 else self._at(due + DAY * 12)
        late = self._within(0.15)
        back = self._at(due + DAY, 6) if late else self._at(due - DAY * 4, 4)
        return max(back, since + timedelta(minutes=31))

    def _inspect(self, staff: Sequence[Person]) -> None:
        for quarter, last in enumerate(QUARTERS, 1):
            for unit in KEEPERS:
                closed = self._at(last - DAY * 18, 20) if quarter < 4 else None
                self._facts.inspections.append(InspectionStory(unit, f"2026Q{quarter}", last, closed))

    # --- requests ----------------------------------------------------------------------------------------

    def _ask(self, reps: Sequence[str]) -> None:
        deciders = (("YH0010", "YH0011"), ("YH0007",), ("YH0001",), ("YH0011",))
        for at in range(1, 151):
            applicant, opened = self._chance.choice(reps), self._at(BEGIN - DAY * 3, 360)
            people = self._chance.choice(deciders)
            decided = self._decided(opened)
            step = StepStory(2 * at, at, applicant, people, False, opened, decided)
            self._facts.steps.append(step)
            if decided is None:
                continue
            if self._within(0.2):
                mended = self._at(decided.date() + DAY, 6) if self._within(0.9) else None
                self._facts.returns.append(ReturnStory(at, applicant, decided, mended))
            else:
                people = ("YH0008", "YH0009") if self._within(0.5) else ("YH0009",)
                done = self._decided(decided)
                handover, number = self._within(0.1), 2 * at + 1
                request = LENDING + at if handover else at
                executed = StepStory(number, request, applicant, people, True, decided, done)
                (self._facts.handovers if handover else self._facts.steps).append(executed)

    def _decided(self, opened: datetime) -> datetime | None:
        """Half are decided within hours, some take days, a few are forgotten for long."""
        drawn = self._chance.random()
        if drawn < 0.5:
            closed = opened + timedelta(minutes=self._chance.randint(20, 400))
        elif drawn < 0.98:
            closed = opened + timedelta(minutes=self._chance.randint(400, 7_200))
        else:
            closed = opened + DAY * 15
        return closed if closed.date() <= END else None

    # --- customers and drafts ----------------------------------------------------------------------------

    def _sell(self, reps: Sequence[str]) -> None:
        for at in range(1, 13):
            day = BEGIN - DAY * self._chance.randint(1, 25)
            contacts = [(self._at(day), day)]
            while (day := day + DAY * self._chance.choice([5, 6, 9, 14, 18, 25, 36, 52])) <= END:
                contacts.append((self._at(day), day))
            frozen = self._at(self._any_day()) if self._within(0.1) else None
            owner = self._chance.choice(reps)
            self._facts.customers.append(CustomerStory(at, owner, tuple(contacts), frozen))
        for at in range(1, 17):
            customer = self._chance.choice(self._facts.customers)
            opened = max(self._at(BEGIN - DAY * 20, 370), customer.contacts[0][0] + DAY)
            ends = opened.date() + DAY * self._chance.randint(2, 90)
            closed = datetime.combine(ends + DAY, time(0, 30), ZONE)
            self._facts.rates.append(RateStory(at, customer.id, customer.owner, opened, ends, closed))

    def _type(self, authors: Sequence[Person]) -> None:
        for at, author in enumerate(authors, 1):
            touched = [self._at(self._any_day())]
            if self._within(0.3):
                touched.append(touched[0] + timedelta(minutes=self._chance.randint(10, 3_000)))
            closed = self._at(touched[-1].date() + DAY, 6)
            self._facts.drafts.append(DraftStory(f"{at:012x}", author.number, tuple(touched), closed))


def _kept_in(unit: str) -> str:
    return "D13" if unit == "D13" else "D07"
