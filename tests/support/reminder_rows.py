"""Rows of a story as the domain leaves them, written without its checks so that a year takes seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from domain.approvals.requests import Request, RequestKind, RequestState, Step, StepState
from domain.approvals.routes import Act
from domain.customers import Customer, CustomerState
from domain.discounts import ChangeState, DiscountChange, Scope
from domain.loans.incidents import Incident
from domain.loans.leaving import Leaving
from domain.loans.loans import Condition, Loan, LoanMode, LoanState
from domain.people import Employee, Role, StaffRecord, StaffState
from domain.personnel_files.files import FileKind, FileState, PersonnelFile
from domain.personnel_files.materials import Material, MaterialClass, MaterialState, fold_name
from domain.personnel_files.reminding import Inspection
from domain.reminders.rules import Rule
from storage.unit_of_work import SqlWork
from tests.support import company
from tests.support.reminder_facts import (
    CustomerStory,
    DraftStory,
    IncidentStory,
    InspectionStory,
    LoanStory,
    Person,
    RateStory,
    StepStory,
    known,
)
from tests.support.reminder_table import ZONE

KEPT_SINCE, BOUND = date(2025, 1, 1), datetime(2025, 1, 1, tzinfo=ZONE)
SETTLEMENT = company.facts().settlement.to_json()
SPECIAL = 10_000  # ids of the requests that special rates came of


# --- people and files ------------------------------------------------------------------------------------


def _employee(person: Person, now: datetime) -> Employee:
    state = StaffState.ACTIVE
    if person.probation_ends and (person.passed is None or now < person.passed):
        state = StaffState.PROBATION
    if person.left and person.left <= now:
        state = StaffState.LEFT
    roles = frozenset({Role.EMPLOYEE, *(Role(role) for role in person.roles)})
    return Employee(
        person.number, f"员{person.number}", person.unit, "", "职员", person.superior, state, roles
    )


def register(work: SqlWork, person: Person, now: datetime) -> None:
    ends = known(person.contracts, now)
    work.people.put_staff(StaffRecord(_employee(person, now), "", person.hired, person.probation_ends, ends))


def appear(work: SqlWork, person: Person, now: datetime) -> None:
    register(work, person, now)
    work.people.bind(company.account_of(_employee(person, now)), now, "")
    for rule in person.off:
        work.reminders.turn(person.number, Rule(rule), off=True)


def reach(work: SqlWork, person: Person, reachable: bool) -> None:
    chat = work.people.accounts([person.number])
    if person.number in chat:  # not of somebody who has left meanwhile
        work.people.set_reachable(company.CHANNEL, chat[person.number].chat_id, reachable)


def begin_leaving(work: SqlWork, person: Person) -> None:
    assert person.left is not None
    work.leavings.add(Leaving(staff_no=person.number, since=person.left))


def finish_leaving(work: SqlWork, person: Person) -> None:
    leaving = work.leavings.lock(person.number)
    assert leaving is not None
    leaving.finished_at = person.settled


def open_files(work: SqlWork, people: Iterable[Person]) -> None:
    """Give everybody a file with all that is required; who lacks something, without the last document."""
    here = list(people)
    files = [_file(person, person.file_unit) for person in here]
    ids = work.files.add_all(files)
    materials = []
    for person, file in zip(here, files, strict=True):
        required = work.rules.files.required
        for at, document in enumerate(required[:-1] if person.lacks else required, 1):
            materials.append(_material(ids[file.number], at, document.name, document.copies))
    work.files.add_materials(materials)


def complete_file(work: SqlWork, person: Person) -> None:
    """Hand in what lacks; a new employee gets a file for it."""
    required = work.rules.files.required
    found = work.files.of_subjects([person.number])
    lacking = list(enumerate(required, 1))[-1:] if found else list(enumerate(required, 1))
    file = found[0] if found else work.files.add(_file(person, "D13" if person.unit == "D13" else "D07"))
    for at, document in lacking:
        work.files.add_material(_material(file.id or 0, at, document.name, document.copies))


def _file(person: Person, unit: str) -> PersonnelFile:
    return PersonnelFile(
        number=f"RS-{person.number[2:]}",
        subject_no=person.number,
        kind=FileKind.PERSONNEL,
        custodian_no=unit,
        opened_on=KEPT_SINCE,
        state=FileState.SHELVED,
    )


def _material(file_id: int, place: int, name: str, copies: int) -> Material:
    return Material(
        file_id=file_id,
        letter=MaterialClass.OTHER,
        place=place,
        name=name,
        name_key=fold_name(name),
        pages=1,
        copies=copies,
        state=MaterialState.FILED,
        received_at=BOUND,
        filed_at=BOUND,
    )


# --- loans -----------------------------------------------------------------------------------------------


def approve_loan(work: SqlWork, story: LoanStory) -> None:
    due = story.dues[0][1] if story.dues else story.collect_by
    [file] = work.files.of_subjects([story.file_of])
    work.loans.add(
        Loan(
            id=story.id,
            number=f"JY-{story.id:04d}",
            file_id=file.id or 0,
            borrower_no=story.borrower,
            mode=LoanMode.TAKE,
            state=LoanState.APPROVED,
            due_on=due,
            first_due_on=due,
            collect_by=story.collect_by,
        )
    )


def _loan(work: SqlWork, story: LoanStory) -> Loan:
    loan = work.loans.lock(story.id)
    assert loan is not None
    return loan


def change_loan(work: SqlWork, story: LoanStory, state: LoanState) -> None:
    loan = _loan(work, story)
    loan.state = state
    loan.lent_at, loan.returned_at = story.lent, story.ended if state is LoanState.RETURNED else None


def put_off(work: SqlWork, story: LoanStory, now: datetime) -> None:
    loan, due = _loan(work, story), known(story.dues, now)
    assert due is not None
    loan.due_on = due


def open_incident(work: SqlWork, story: IncidentStory) -> None:
    [file] = work.files.of_subjects([story.file_of])
    incident = Incident(
        id=story.id,
        file_id=file.id or 0,
        condition=Condition.DAMAGED,
        opened_at=story.opened,
        opened_by="YH0004",
    )
    work.incidents.add(incident)


def close_incident(work: SqlWork, story: IncidentStory) -> None:
    incident = work.incidents.lock(story.id)
    assert incident is not None
    incident.closed_at = story.closed


def inspect_unit(work: SqlWork, story: InspectionStory) -> None:
    assert story.closed is not None
    done = Inspection(unit_no=story.unit, period=story.period, done_at=story.closed, done_by="YH0004")
    assert work.reminders.add_inspection(done)


# --- requests --------------------------------------------------------------------------------------------


def _add_request(work: SqlWork, request_id: int, kind: RequestKind, applicant: str, now: datetime) -> Request:
    name = f"客户{request_id}"
    return work.requests.add(
        Request(
            id=request_id,
            number=f"{kind.prefix}-{request_id:05d}",
            kind=kind,
            applicant_no=applicant,
            draft_id=f"r{request_id:011x}",
            title=name,
            content=company.content(name),
            route=company.ROUTE.to_json(),
            submitted_at=now,
            updated_at=now,
        )
    )


def open_step(work: SqlWork, story: StepStory, handover: bool) -> None:
    request = work.requests.lock(story.request)
    if request is None:
        kind = RequestKind.FILE_LOAN if handover else RequestKind.NEW_CUSTOMER
        request = _add_request(work, story.request, kind, story.applicant, story.opened)
    request.state = RequestState.APPROVED if story.executes else RequestState.PENDING
    step = Step(
        id=story.id,
        request_id=story.request,
        version=1,
        position=int(story.executes),
        act=Act.EXECUTE if story.executes else Act.APPROVE,
        who="role:sales_admin",
        state=StepState.OPEN,
        assignees=list(story.people),
        opened_at=story.opened,
    )
    work.requests.save(request, *work.requests.add_steps([step]))


def close_step(work: SqlWork, story: StepStory) -> None:
    step, request = work.requests.step_by_id(story.id), work.requests.lock(story.request)
    assert step is not None
    assert request is not None
    assert story.closed is not None
    state = StepState.EXECUTED if story.executes else StepState.APPROVED
    step.decide(state, story.people[0], story.closed)
    if story.executes:
        request.close(RequestState.DONE, story.closed)
    work.requests.save(request, step)


def set_request(work: SqlWork, request_id: int, state: RequestState, now: datetime) -> None:
    request = work.requests.lock(request_id)
    assert request is not None
    request.state, request.updated_at = state, now


# --- customers and drafts --------------------------------------------------------------------------------


def add_customer(work: SqlWork, story: CustomerStory) -> None:
    work.customers.add(
        Customer(
            id=story.id,
            name=f"客户{story.id}",
            address="凤翔路28号",
            contact="陈志强",
            rate=Decimal("0.92"),
            settlement=SETTLEMENT,
            owner_no=story.owner,
            state=CustomerState.ACTIVE,
            filed_on=story.contacts[0][1],
        )
    )


def _customer(work: SqlWork, story: CustomerStory) -> Customer:
    customer = work.customers.by_id(story.id)
    assert customer is not None
    return customer


def speak(work: SqlWork, story: CustomerStory, day: date) -> None:
    _customer(work, story).followed_up_on = day


def freeze(work: SqlWork, story: CustomerStory) -> None:
    _customer(work, story).state = CustomerState.FROZEN


def begin_rate(work: SqlWork, story: RateStory) -> None:
    request_id = SPECIAL + story.id
    _add_request(work, request_id, RequestKind.DISCOUNT_CHANGE, story.owner, story.opened).close(
        RequestState.DONE, story.opened
    )
    change = DiscountChange(
        id=story.id,
        request_id=request_id,
        customer_id=story.customer,
        scope=Scope.RANGE,
        scope_words="伺服电机",
        old_rate=Decimal("0.92"),
        old_settlement=SETTLEMENT,
        new_rate=Decimal("0.88"),
        effective_on=story.opened.date(),
        ends_on=story.ends,
        state=ChangeState.IN_FORCE,
    )
    work.discount_changes.add(change)


def end_rate(work: SqlWork, story: RateStory) -> None:
    change = work.discount_changes.by_id(story.id)
    assert change is not None
    change.state = ChangeState.LAPSED


def type_draft(work: SqlWork, story: DraftStory, now: datetime) -> None:
    draft = {"id": story.id, "form": "new_customer", "version": 1, "answers": {"name": "恒锐"}}
    work.conversations.save(company.CHANNEL, story.author[2:], {"drafts": [draft]}, "new_customer", now)


def drop_draft(work: SqlWork, story: DraftStory) -> None:
    assert story.closed is not None
    work.conversations.save(company.CHANNEL, story.author[2:], {"drafts": []}, "", story.closed)
