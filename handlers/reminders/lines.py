"""One reminder in one line, with the buttons that settle it on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.approvals.requests import Request, Step
from domain.customers import Customer
from domain.discounts import DiscountChange
from domain.follow_ups import touched_on
from domain.loans.leaving import Leaving
from domain.loans.loans import Loan, LoanState
from domain.loans.reminding import leaving_due
from domain.loans.renewals import renewal_of
from domain.personnel_files.missing import missing_of
from domain.personnel_files.reminding import inspection_due
from domain.reminders.planning import moment_of
from domain.reminders.register import Reminder
from domain.reminders.rules import Concern, Moment, Rule
from handlers.approvals import cards
from handlers.approvals.kinds import Kinds
from handlers.approvals.todo import may_tick
from handlers.context import Telling
from handlers.discount_lines import show_special
from handlers.language import Language
from handlers.personnel_files.wording import file_title, show_due, unit_name
from handlers.ui import Button
from handlers.wording import shorten, show_kind

NAMES = 8  # in one line


@dataclass(slots=True)
class Line:
    text: str
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes reminders for one reader in their language."""

    telling: Telling
    kinds: Kinds
    language: Language
    at: Moment

    @classmethod
    def of(cls, telling: Telling, kinds: Kinds, language: Language) -> Writer:
        return cls(telling, kinds, language, moment_of(telling.work, telling.now))

    def write(self, reminder: Reminder) -> Line | None:
        """Write a reminder as things are now; None where its subject is gone altogether."""
        line = _WRITERS[reminder.rule](self, reminder, reminder.key)
        if line is not None and reminder.told and reminder.concern is not Concern.ESCALATION:
            name = self.telling.name_of(reminder.told)
            line.text += self.language(" ({name} has been told)", name=name)
        return line

    # --- requests ----------------------------------------------------------------------------------------

    def approval(self, reminder: Reminder, key: str) -> Line | None:
        if (found := self._step(key)) is None:
            return None
        (request, step), _ = found, self.language
        waits = self._waited(request, step)
        if reminder.concern is Concern.ESCALATION:
            names = self._names(step)
            text = _(
                "{request} waits for {names}: {waits}", request=self._task(request), names=names, waits=waits
            )
            return Line(text)
        if reminder.concern is Concern.INFORMATION:
            names = self._names(step)
            text = _(
                "Your {request} waits for {names}: {waits}",
                request=self._task(request),
                names=names,
                waits=waits,
            )
            return Line(text, (Button(_("Remind"), cards.tap("nd", request)),))
        text = f"{self._kind_and_title(request)} · {waits}"
        open_button = Button(_("Open"), f"op:{request.id}")
        if may_tick(request, step):
            return Line(text, (Button(_("Approve"), cards.tap("ap", request, step.position)), open_button))
        return Line(f"⚠️ {text}" if not request.ordinary else text, (open_button,))

    def execution(self, reminder: Reminder, key: str) -> Line | None:
        if (found := self._step(key)) is None:
            return None
        (request, step), _ = found, self.language
        waits = self._waited(request, step)
        if reminder.concern is Concern.ESCALATION:
            names = self._names(step)
            return Line(
                _(
                    "{request} is approved and waits for {names}: {waits}",
                    request=self._task(request),
                    names=names,
                    waits=waits,
                )
            )
        kind = self.kinds[request.kind]
        text = f"{self._kind_and_title(request)} · {waits}"
        done = Button(_(kind.done_label), cards.tap("ex", request, step.position))
        return Line(text, (done, Button(_("Open"), f"op:{request.id}")))

    def returned(self, reminder: Reminder, key: str) -> Line | None:
        request = self.telling.work.requests.by_id(int(key))
        if request is None:
            return None
        _ = self.language
        fields = cards.field_labels(_, self.kinds[request.kind], request.mend)
        text = _("{request} came back: mend {fields}", request=self._task(request), fields=fields)
        return Line(text, (Button(_("Mend and submit again"), cards.tap("mend", request)),))

    def draft(self, reminder: Reminder, key: str) -> Line | None:
        draft_id, _slash, staff_no = key.partition("/")
        _, found = self.language, self.telling.work.reminders.idle_draft(draft_id, staff_no)
        if found is None:
            return Line(_("A draft"))
        title = next((_(k.form.title) for k in self.kinds.values() if k.form.name == found.form), "")
        when = _.moment(found.since)
        text = _(
            "A draft {title} lies since {when}: {n} answers so far",
            title=title,
            when=when,
            n=len(found.fields),
        )
        return Line(text, (Button(_("Continue filling"), f"f:{draft_id}:0:r"),))

    # --- customers ---------------------------------------------------------------------------------------

    def follow_up(self, reminder: Reminder, key: str) -> Line | None:
        customer = self._customer(int(key))
        if customer is None or (since := touched_on(customer)) is None:
            return None
        _, days = self.language, (self.at.today - since).days
        if reminder.concern is Concern.ESCALATION:
            name = self.telling.name_of(customer.owner_no)
            return Line(
                _(
                    "{name} has not been in touch with {customer} for {n} days",
                    name=name,
                    customer=customer.name,
                    n=days,
                )
            )
        text = _("{customer}: no contact for {n} days", customer=customer.name, n=days)
        return Line(text, (Button(_("Contacted"), f"fu:{key}"), Button(_("Open"), f"cv:{key}")))

    def special_rate(self, reminder: Reminder, key: str) -> Line | None:
        change = self.telling.work.discount_changes.by_id(int(key))
        if change is None or (customer := self._customer(change.customer_id)) is None:
            return None
        return Line(
            f"{customer.name}: {self._special(change)}",
            (Button(self.language("Change discount"), f"dc:{customer.id}"),),
        )

    def _special(self, change: DiscountChange) -> str:
        return show_special(self.language, change)

    # --- files -------------------------------------------------------------------------------------------

    def collection(self, reminder: Reminder, key: str) -> Line | None:
        if (loan := self._loan(key)) is None:
            return None
        _, file = self.language, self.telling.work.files.by_id(loan.file_id)
        unit = unit_name(self.telling.work.people, file.custodian_no) if file else ""
        by = _.day(loan.collect_by or loan.due_on)
        text = _("{number}: fetch the file at {unit} by {day}", number=loan.number, unit=unit, day=by)
        return Line(text, (Button(_("Confirm handover"), f"lc:{key}"),))

    def loan(self, reminder: Reminder, key: str) -> Line | None:
        if (loan := self._loan(key)) is None:
            return None
        _, due = self.language, show_due(self.language, loan, self.at.today)
        if loan.borrower_no == reminder.staff_no:
            text = _("{file}: bring it back by {day}", file=self._file(loan), day=due)
            back = Button(_("Bring back"), f"la:{key}")
            renewable = loan.extended < self.telling.work.rules.files.renewals
            if loan.state is LoanState.LENT and renewable and renewal_of(self.telling.work, loan) is None:
                return Line(text, (Button(_("Renew"), f"lr:{key}"), back))
            return Line(text, (back,))
        name = self.telling.name_of(loan.borrower_no)
        text = _("{name} has not brought back {number}: {day}", name=name, number=loan.number, day=due)
        is_leader = reminder.concern is Concern.ESCALATION
        return Line(text, () if is_leader else (Button(_("Open"), f"ln:{key}"),))

    def missing(self, reminder: Reminder, key: str) -> Line | None:
        _, lacking = self.language, missing_of(self.telling.work, key)
        what = "、".join(shorten(document.name, 12) for document in lacking) or _("nothing")
        if key == reminder.staff_no:
            text = _("Your file lacks: {what}. Please hand it in this week.", what=what)
            return Line(text, (Button(_("Open"), "fs:mine:0"),))
        name = self.telling.name_of(key)
        return Line(_("{name} ({number}) lacks: {what}", name=name, number=key, what=what))

    def all_missing(self, reminders: Sequence[Reminder]) -> Line:
        """Write several people's missing documents in one line, for whoever asks for them."""
        names = [self.telling.name_of(reminder.key) for reminder in reminders]
        text = self.language.plural(
            "{n} employee owes documents: {names}",
            "{n} employees owe documents: {names}",
            len(names),
            names="、".join(names[:NAMES]) + ("…" if len(names) > NAMES else ""),
        )
        return Line(text, (Button(self.language("List of missing documents"), "fs:miss:0"),))

    def incident(self, reminder: Reminder, key: str) -> Line | None:
        incident = self.telling.work.incidents.by_id(int(key))
        file = self.telling.work.files.by_id(incident.file_id) if incident is not None else None
        if incident is None or file is None:
            return None
        _, since = self.language, self.language.day(self.at.day_of(incident.opened_at))
        text = _("Incident about {number} since {day}", number=file.number, day=since)
        return Line(text, (Button(_("Open"), f"li:{key}"),))

    def inspection(self, reminder: Reminder, key: str) -> Line | None:
        period, _slash, unit_no = key.partition("/")
        _, last = self.language, inspection_due(period, self.at)
        unit = unit_name(self.telling.work.people, unit_no)
        after = date(int(period[:4]), int(period[5]) * 3, 1)
        count = self.telling.work.files.count_kept_by(unit_no, before=after)
        text = _(
            "{unit}: inspect {n} files of {period} by {day}",
            unit=unit,
            n=count,
            period=period,
            day=_.day(last),
        )
        if reminder.concern is Concern.ESCALATION:
            return Line(text)
        return Line(text, (Button(_("Inspected"), f"ip:{key}"), Button(_("Files"), "files")))

    # --- people ------------------------------------------------------------------------------------------

    def probation(self, reminder: Reminder, key: str) -> Line | None:
        ends = self.telling.work.people.terms_of(key).probation_ends_on
        return None if ends is None else Line(self._ends(key, ends, self.language("probation")))

    def contract(self, reminder: Reminder, key: str) -> Line | None:
        ends = self.telling.work.people.terms_of(key).contract_ends_on
        return None if ends is None else Line(self._ends(key, ends, self.language("contract")))

    def leaving(self, reminder: Reminder, key: str) -> Line | None:
        leaving: Leaving | None = self.telling.work.leavings.by_no(key)
        if leaving is None:
            return None
        _, last = self.language, leaving_due(leaving, self.at)
        name = self.telling.name_of(key)
        text = _("{name} has left: settle files and transfer by {day}", name=name, day=_.day(last))
        return Line(text, (Button(_("Open"), f"lg:{key}"),))

    def calendar(self, reminder: Reminder, key: str) -> Line | None:
        _ = self.language
        text = _(
            "The working days of {year} are not published here yet; I reckon with statutory days.", year=key
        )
        return Line(text, (Button(_("Working calendar"), "wk"),))

    def weekly(self, reminder: Reminder, key: str) -> Line | None:
        return Line(self.language("Weekly report"))

    # --- parts -------------------------------------------------------------------------------------------

    def _step(self, key: str) -> tuple[Request, Step] | None:
        step = self.telling.work.requests.step_by_id(int(key))
        request = self.telling.work.requests.by_id(step.request_id) if step is not None else None
        return (request, step) if request is not None and step is not None else None

    def _kind_and_title(self, request: Request) -> str:
        brief = self.kinds[request.kind].brief(self.language, request.content)
        return f"{show_kind(self.language, request.kind)} {request.title} {brief}".rstrip()

    def _task(self, request: Request) -> str:
        """Name a request to somebody who is no party to it."""
        return f"{show_kind(self.language, request.kind)} {request.number}"

    def _names(self, step: Step) -> str:
        return "、".join(self.telling.name_of(staff_no) for staff_no in step.assignees) or "?"

    def _waited(self, request: Request, step: Step) -> str:
        _, opened = self.language, step.opened_at or request.submitted_at
        days = self.at.calendar.workdays_between(self.at.day_of(opened), self.at.today)
        return (
            _.plural("waiting for {n} day", "waiting for {n} days", days)
            if days
            else _("waiting since {when}", when=_.moment(opened))
        )

    def _customer(self, customer_id: int) -> Customer | None:
        return self.telling.work.customers.peek(customer_id)

    def _loan(self, key: str) -> Loan | None:
        return self.telling.work.loans.by_id(int(key))

    def _file(self, loan: Loan) -> str:
        file = self.telling.work.files.by_id(loan.file_id)
        return file_title(self.telling.work.people, file) if file else loan.number

    def _ends(self, staff_no: str, ends: date, what: str) -> str:
        _, left = self.language, (ends - self.at.today).days
        name = self.telling.name_of(staff_no)
        when = _.day(ends)
        if left < 0:
            return _("{name}: {what} ended on {day}; please settle it", name=name, what=what, day=when)
        return _("{name}: {what} ends on {day}, in {n} days", name=name, what=what, day=when, n=left)


_WRITERS: dict[Rule, Callable[[Writer, Reminder, str], Line | None]] = {
    Rule.APPROVAL: Writer.approval,
    Rule.EXECUTION: Writer.execution,
    Rule.RETURNED: Writer.returned,
    Rule.DRAFT: Writer.draft,
    Rule.FOLLOW_UP: Writer.follow_up,
    Rule.SPECIAL_RATE: Writer.special_rate,
    Rule.COLLECTION: Writer.collection,
    Rule.LOAN_DUE: Writer.loan,
    Rule.LOAN_OVERDUE: Writer.loan,
    Rule.MISSING: Writer.missing,
    Rule.PROBATION: Writer.probation,
    Rule.CONTRACT: Writer.contract,
    Rule.LEAVING: Writer.leaving,
    Rule.INSPECTION: Writer.inspection,
    Rule.INCIDENT: Writer.incident,
    Rule.CALENDAR: Writer.calendar,
    Rule.WEEKLY: Writer.weekly,
}
