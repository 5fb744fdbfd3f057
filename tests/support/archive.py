"""A small company with personnel files, for tests of files and loans on a real database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection

from domain.approvals.acts import approve_step
from domain.approvals.requests import Request, RequestKind, StepState
from domain.approvals.routes import Act, Route, StepRule
from domain.approvals.taking import StepRef
from domain.loans.loans import Loan, LoanMode, LoanTerms
from domain.loans.renewals import RenewalConsequence
from domain.loans.requesting import LoanConsequence, propose_loan
from domain.people import Department, Employee, Role, StaffState
from domain.personnel_files.files import (
    CopyKind,
    FileKind,
    FileRules,
    FileState,
    PersonnelFile,
    Secrecy,
    file_numbers,
)
from domain.personnel_files.materials import Material, MaterialClass, MaterialState, fold_name
from domain.personnel_files.missing import RequiredDocument
from domain.work import Rules
from storage.unit_of_work import SqlWork
from tests.support.company import CONSEQUENCES as FILINGS
from tests.support.company import RULES as FILING_RULES
from tests.support.company import account_of, put
from tests.support.database import NOW

TODAY = date(2026, 11, 23)


def employee(staff_no: str, name: str, superior_no: str, department_no: str, *roles: Role) -> Employee:
    held = frozenset({Role.EMPLOYEE, *roles})
    return Employee(staff_no, name, department_no, "", "职员", superior_no, StaffState.ACTIVE, held)


BOSS = employee("YH0001", "陈国华", "", "D00", Role.GENERAL_MANAGER)
HR = employee("YH0002", "欧阳静", "YH0001", "D07", Role.HR_MANAGER, Role.DEPARTMENT_HEAD)
KEEPER = employee("YH0003", "陆佩珊", "YH0002", "D07", Role.FILE_KEEPER)
OTHER_KEEPER = employee("YH0004", "石岩", "YH0001", "D13", Role.FILE_KEEPER)
LEADER = employee("YH0005", "莫志坚", "YH0001", "D02", Role.DEPARTMENT_HEAD)
BORROWER = employee("YH0006", "冼家俊", "YH0005", "D02")
COLLEAGUE = employee("YH0007", "温晓琳", "YH0005", "D02")
STEWARD = employee("YH0008", "司马兰", "YH0001", "D00", Role.ADMIN_MANAGER)
STAFF = (BOSS, HR, KEEPER, OTHER_KEEPER, LEADER, BORROWER, COLLEAGUE, STEWARD)
UNITS = (
    Department("D00", "总经办", "", "YH0001"),
    Department("D02", "销售一部", "D00", "YH0005"),
    Department("D07", "人力资源部", "D00", "YH0002"),
    Department("D13", "佛山分公司", "D00", "YH0004"),
)
RULES: Rules = replace(
    FILING_RULES,
    files=FileRules(required=(RequiredDocument("身份证复印件"), RequiredDocument("1寸彩色照片", 2))),
    routes={
        **FILING_RULES.routes,
        RequestKind.FILE_LOAN: Route(
            (
                StepRule(Act.APPROVE, "superior", when=("access = 借阅",)),
                StepRule(Act.APPROVE, "role:hr_manager"),
                StepRule(Act.APPROVE, "role:admin_manager", when=("secrecy = 机密",)),
                StepRule(Act.EXECUTE, "custodian"),
            ),
            "role:general_manager,role:admin_manager",
        ),
        RequestKind.LOAN_RENEWAL: Route((StepRule(Act.APPROVE, "role:hr_manager"),), "role:general_manager"),
    },
)
CONSEQUENCES = {
    **FILINGS,
    RequestKind.FILE_LOAN: LoanConsequence(),
    RequestKind.LOAN_RENEWAL: RenewalConsequence(),
}
PAGES = 12  # of every file of `settle_in`
_drafts = count(1)


def work_on(connection: Connection, rules: Rules = RULES) -> SqlWork:
    return SqlWork(connection, rules, CONSEQUENCES)


def settle_in(connection: Connection, staff: Sequence[Employee] = STAFF) -> dict[str, int]:
    """Put the company into an empty register, with a file for each person; give their ids by number."""
    work = work_on(connection)
    for unit in UNITS:
        work.people.put_department(unit)
    for person in staff:
        put(connection, person)
        work.people.bind(account_of(person), NOW, "")
    return {file.number: file.id or 0 for file in (add_file(work, person) for person in staff)}


def add_file(
    work: SqlWork,
    subject: Employee,
    kind: FileKind = FileKind.PERSONNEL,
    *,
    secrecy: Secrecy = Secrecy.ORDINARY,
    state: FileState = FileState.SHELVED,
    unit: str = "D07",
) -> PersonnelFile:
    """Put a file of two documents, twelve pages in all, on its shelf."""
    file = work.files.add(
        PersonnelFile(
            number=file_numbers(subject.staff_no, kind, CopyKind.ORIGINAL)[0],
            subject_no=subject.staff_no,
            kind=kind,
            secrecy=secrecy,
            custodian_no=unit,
            cabinet="A-01-01",
            opened_on=TODAY,
            shelved_on=TODAY,
            state=state,
        )
    )
    add_material(work, file, MaterialClass.RESUME, 1, "应聘人员登记表", 4)
    add_material(work, file, MaterialClass.CONTRACT, 1, "劳动合同书", 8)
    return file


def add_material(
    work: SqlWork,
    file: PersonnelFile,
    letter: MaterialClass,
    place: int,
    name: str,
    pages: int,
    copies: int = 1,
) -> Material:
    return work.files.add_material(
        Material(
            file_id=file.id or 0,
            letter=letter,
            place=place,
            name=name,
            name_key=fold_name(name),
            pages=pages,
            copies=copies,
            state=MaterialState.FILED,
            received_at=NOW,
            filed_at=NOW,
        )
    )


def terms_of(file_id: int, *, days: int = 7, mode: LoanMode = LoanMode.TAKE, **more: Any) -> LoanTerms:
    due = TODAY + timedelta(days=days)
    return LoanTerms(
        **{"file_id": file_id, "mode": mode, "parts": (), "purpose": "职称评审", "due_on": due, **more}
    )


def content_of(file: PersonnelFile, terms: LoanTerms) -> dict[str, Any]:
    """The form's answers as they are frozen into a request."""
    return {
        "file": [str(file.id), file.number, file.state.value],
        "parts": [[part, "x"] for part in terms.parts],
        "mode": terms.mode.value,
        "purpose": terms.purpose,
        "due": terms.due_on.isoformat(),
        "rules": "read",
    }


def ask(work: SqlWork, borrower: Employee, file_id: int, now: datetime = NOW, **more: Any) -> Request:
    """Ask for a file through the domain."""
    file = work.files.by_id(file_id)
    assert file is not None
    terms = terms_of(file_id, **more)
    return propose_loan(work, borrower, f"{next(_drafts):012x}", terms, content_of(file, terms), now)


def open_step(work: SqlWork, request_id: int) -> tuple[StepRef, list[str], Act] | None:
    """Give the step of a request that waits, whom for, and what it asks."""
    request = work.requests.by_id(request_id)
    assert request is not None
    for step in work.requests.steps(request_id, request.version):
        if step.state is StepState.OPEN:
            return StepRef(request_id, step.version, step.position), list(step.assignees), step.act
    return None


def approve_all(work: SqlWork, request: Request, now: datetime = NOW) -> None:
    """Let everybody who is asked agree, up to the handover."""
    people = {person.staff_no: person for person in STAFF}
    while (found := open_step(work, request.id or 0)) is not None and found[2] is not Act.EXECUTE:
        approve_step(work, people[found[1][0]], found[0], now)


def loan_about(work: SqlWork, request: Request) -> Loan:
    loan = work.loans.by_request(request.id or 0)
    assert loan is not None
    return loan
