"""缺件: the documents that a new employee must hand in, less those that lie in any of their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.people import Employee
from domain.personnel_files.files import keeps_files
from domain.personnel_files.materials import fold_name

if TYPE_CHECKING:
    from domain.work import Work


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """copies: how many must lie there, counted over all files of a person."""

    name: str
    copies: int = 1

    @property
    def key(self) -> str:
        return fold_name(self.name)


@dataclass(frozen=True, slots=True)
class MissingDocument:
    """have: copies that are there, fewer than needed."""

    subject_no: str
    name: str
    copies: int
    have: int


def missing_of(work: Work, subject_no: str) -> list[MissingDocument]:
    """Give what one person lacks."""
    required = work.rules.files.required
    return work.files.missing(required, subject_no=subject_no, limit=len(required))


def may_see_missing(actor: Employee, subject_no: str) -> bool:
    return keeps_files(actor) or actor.staff_no == subject_no
