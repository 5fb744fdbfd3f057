"""Who takes a lent file back, also where its keepers are party to the loan: 归还."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.errors import Refused
from domain.loans.loans import Loan
from domain.people import Employee, Role
from domain.personnel_files.files import PersonnelFile, require_keeper, require_no_kin
from domain.personnel_files.keepers import keepers_of

if TYPE_CHECKING:
    from domain.work import Work

_STAND_INS = (Role.HR_MANAGER, Role.FILE_KEEPER, Role.ADMIN_MANAGER, Role.GENERAL_MANAGER)


def receivers_of(work: Work, loan: Loan, file: PersonnelFile) -> list[Employee]:
    """List who is asked to take a file back: its unit's keepers, less the borrower, its person and relatives.

    Where none of them is left, an HR manager; else another unit's keeper, the manager of administration, the
    general manager.
    """
    groups = (keepers_of(work.people, file.custodian_no), *map(work.people.holders, _STAND_INS))
    for group in groups:
        if found := [person for person in group if _is_free(work, person, loan, file)]:
            return found
    return []


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
        if all(person.staff_no != actor.staff_no for person in receivers_of(work, loan, file)):
            raise


def _is_free(work: Work, person: Employee, loan: Loan, file: PersonnelFile) -> bool:
    if person.staff_no == loan.borrower_no:
        return False
    try:
        require_no_kin(work, person, file)
    except Refused:
        return False
    return True
