"""Who takes a lent file back, also where its keepers are party to the loan: 归还."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.loans.loans import Loan
from domain.people import Employee, Role
from domain.personnel_files.files import PersonnelFile, require_keeper
from domain.personnel_files.keepers import keepers_of

if TYPE_CHECKING:
    from domain.work import Work

_STAND_INS = (Role.HR_MANAGER, Role.FILE_KEEPER, Role.ADMIN_MANAGER, Role.GENERAL_MANAGER)


def receivers_of(work: Work, borrower_no: str, file: PersonnelFile) -> list[Employee]:
    """List who is asked to take a file back: its unit's keepers, less the borrower, its person and relatives.

    Where none of them is left, an HR manager; else another unit's keeper, the manager of administration, the
    general manager.
    """
    party = {borrower_no, file.subject_no, *work.files.relatives(file.subject_no)}
    groups = chain([keepers_of(work.people, file.custodian_no)], map(work.people.holders, _STAND_INS))
    free = ([person for person in group if person.staff_no not in party] for group in groups)
    return next(filter(None, free), [])


def receiver_nos(work: Work, loan: Loan) -> list[str]:
    """Give the staff numbers of those who are asked to take back what was lent."""
    file = work.files.by_id(loan.file_id)
    return (
        [person.staff_no for person in receivers_of(work, loan.borrower_no, file)] if file is not None else []
    )


def may_receive(work: Work, actor: Employee, loan: Loan, file: PersonnelFile) -> bool:
    """Whether somebody may take a file back."""
    try:
        require_receiver(work, actor, loan, file)
    except Refused:
        return False
    return True


def require_receiver(work: Work, actor: Employee, loan: Loan, file: PersonnelFile) -> None:
    """Make sure that somebody may take a file back.

    Raises Refused: own_loan, and as require_keeper does.
    """
    if actor.staff_no == loan.borrower_no:
        raise Refused("own_loan", number=loan.number)
    try:
        require_keeper(work, actor, file)
    except Refused:
        if all(person.staff_no != actor.staff_no for person in receivers_of(work, loan.borrower_no, file)):
            raise
