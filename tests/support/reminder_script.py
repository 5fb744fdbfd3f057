"""A story as acts on the registers, each at its moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.approvals.requests import RequestState
from domain.loans.loans import LoanState
from domain.people import Department
from storage.unit_of_work import SqlWork
from tests.support import reminder_rows as rows
from tests.support.reminder_facts import Facts, Person

Acting = Callable[[SqlWork], object]


def open_company(work: SqlWork, facts: Facts) -> None:
    """Put everybody who is there from the beginning into an empty register."""
    for unit in sorted({"D00", *(person.unit for person in facts.people.values())}):
        work.people.put_department(Department(unit, f"部门{unit}", "" if unit == "D00" else "D00", ""))
    here = [person for person in facts.people.values() if person.joined is None]
    for person in here:
        rows.appear(work, person, rows.BOUND)
    rows.open_files(work, here)


class Script:
    """What happens, in order."""

    def __init__(self, facts: Facts) -> None:
        self.acts: list[tuple[datetime, Acting]] = []
        for person in facts.people.values():
            self._tell_of(person)
        self._tell_of_files(facts)
        self._tell_of_requests(facts)
        self._tell_of_sales(facts)
        self.acts.sort(key=lambda act: act[0])

    def _then(self, moment: datetime | None, act: Callable[..., object], *args: object) -> None:
        if moment is not None:
            self.acts.append((moment, lambda work: act(work, *args)))

    def _tell_of(self, person: Person) -> None:
        self._then(person.joined, rows.appear, person, person.joined)
        for moment in (person.passed, person.left, *(since for since, _ends in person.contracts)):
            self._then(moment, rows.register, person, moment)
        self._then(person.complete if person.lacks else None, rows.complete_file, person)
        self._then(person.left, rows.begin_leaving, person)
        self._then(person.settled, rows.finish_leaving, person)
        for since, until in person.blocked:
            self._then(since, rows.reach, person, False)
            self._then(until, rows.reach, person, True)

    def _tell_of_files(self, facts: Facts) -> None:
        for loan in facts.loans:
            self._then(loan.approved, rows.approve_loan, loan)
            self._then(loan.lent, rows.change_loan, loan, LoanState.LENT)
            for moment, _due in loan.dues:
                self._then(moment, rows.put_off, loan, moment)
            self._then(
                loan.ended, rows.change_loan, loan, LoanState.RETURNED if loan.lent else LoanState.LAPSED
            )
        for incident in facts.incidents:
            self._then(incident.opened, rows.open_incident, incident)
            self._then(incident.closed, rows.close_incident, incident)
        for inspection in facts.inspections:
            self._then(inspection.closed, rows.inspect_unit, inspection)

    def _tell_of_requests(self, facts: Facts) -> None:
        for step in (*facts.steps, *facts.handovers):
            self._then(step.opened, rows.open_step, step, step in facts.handovers)
            self._then(step.closed, rows.close_step, step)
        for back in facts.returns:
            self._then(back.opened, rows.set_request, back.id, RequestState.RETURNED, back.opened)
            self._then(back.closed, rows.set_request, back.id, RequestState.WITHDRAWN, back.closed)
        for draft in facts.drafts:
            for moment in draft.touched:
                self._then(moment, rows.type_draft, draft, moment)
            self._then(draft.closed, rows.drop_draft, draft)

    def _tell_of_sales(self, facts: Facts) -> None:
        for customer in facts.customers:
            self._then(customer.contacts[0][0], rows.add_customer, customer)
            for moment, day in customer.contacts[1:]:
                self._then(moment, rows.speak, customer, day)
            self._then(customer.frozen, rows.freeze, customer)
        for rate in facts.rates:
            self._then(rate.opened, rows.begin_rate, rate)
            self._then(rate.closed, rows.end_rate, rate)
