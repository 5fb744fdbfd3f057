"""Personnel files: one paper bag a person and kind, where it is kept, and where it is now."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from sqlmodel import Field, SQLModel

from domain.errors import Refused
from domain.people import Employee, People, Role
from domain.personnel_files.keepers import keepers_of

if TYPE_CHECKING:
    from domain.personnel_files.access import AccessEntry
    from domain.personnel_files.materials import Material
    from domain.personnel_files.missing import MissingDocument, RequiredDocument
    from domain.personnel_files.moves import FileMove
    from domain.work import Work

_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}")


class FileKind(StrEnum):
    PERSONNEL = "personnel"  # 人事档案
    MANAGEMENT = "management"  # 员工管理档案: for inside use, holds no secrets

    @property
    def prefix(self) -> str:
        return {"personnel": "RS", "management": "YG"}[self.value]


class CopyKind(StrEnum):
    ORIGINAL = "original"
    COPY = "copy"


class Secrecy(StrEnum):
    ORDINARY = "ordinary"
    SECRET = "secret"  # noqa: S105 - 机密, no password


class FileState(StrEnum):
    """building -> shelved <-> (on_loan | under_inspection | in_transfer | sealed), see moves.ALLOWED."""

    BUILDING = "building"
    SHELVED = "shelved"
    ON_LOAN = "on_loan"
    UNDER_INSPECTION = "under_inspection"
    IN_TRANSFER = "in_transfer"
    TRANSFERRED_OUT = "transferred_out"
    SEALED = "sealed"  # its person has left
    DESTRUCTION_PENDING = "destruction_pending"
    DESTROYED = "destroyed"
    MISSING = "missing"
    WRITTEN_OFF = "written_off"

    @property
    def here(self) -> bool:
        """Whether the bag stands in its cabinet, ready to be taken out."""
        return self in {FileState.SHELVED, FileState.SEALED}


class PersonnelFile(SQLModel):
    """One bag of papers.

    number: on the bag, from the staff number of its subject, never reused. custodian_no: department that
    keeps it. cabinet: cabinet-shelf-place. opened_on: the day it was opened; shelved_on: since when it stands
    in its place. note: what the last move said, such as where it was transferred to.
    """

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True, max_length=32)
    subject_no: str = Field(max_length=32)
    kind: FileKind
    copy_kind: CopyKind = CopyKind.ORIGINAL
    secrecy: Secrecy = Secrecy.ORDINARY
    custodian_no: str = Field(max_length=32)
    cabinet: str = Field(default="", max_length=40)
    opened_on: date
    shelved_on: date | None = None
    state: FileState = FileState.BUILDING
    note: str = Field(default="", max_length=200)


@dataclass(frozen=True, slots=True)
class FileRules:
    """The company's policy for files and loans; every span in calendar days.

    loan_days, secret_loan_days: longest loan. renewal_days: what one 续借 adds; renewals: how often.
    collect_days: how long an approved file waits to be fetched, and a returned request to be mended.
    """

    loan_days: int = 14
    secret_loan_days: int = 7
    renewal_days: int = 7
    renewals: int = 1
    collect_days: int = 3
    required: tuple[RequiredDocument, ...] = ()

    def longest(self, file: PersonnelFile) -> int:
        return self.secret_loan_days if file.secrecy is Secrecy.SECRET else self.loan_days


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How much lies in a file. by_class: letter -> (materials, pages), filed ones only."""

    by_class: dict[str, tuple[int, int]]

    @property
    def materials(self) -> int:
        return sum(count for count, _pages in self.by_class.values())

    @property
    def pages(self) -> int:
        return sum(pages for _count, pages in self.by_class.values())


class PersonnelFiles(Protocol):
    """The register of files, their materials, and who looked into them."""

    def add(self, file: PersonnelFile) -> PersonnelFile: ...

    def lock(self, file_id: int) -> PersonnelFile | None:
        """Read a file for changing it; others wait until this transaction ends."""
        ...

    def by_id(self, file_id: int) -> PersonnelFile | None: ...

    def by_number(self, number: str) -> PersonnelFile | None: ...

    def save(self, file: PersonnelFile) -> None: ...

    def of_subjects(self, staff_nos: Collection[str]) -> list[PersonnelFile]:
        """Give the files of people, in the order the people are given, then by number."""
        ...

    def in_states(
        self, states: Collection[FileState], *, limit: int, offset: int = 0
    ) -> list[PersonnelFile]: ...

    def add_move(self, move: FileMove) -> None: ...

    def moves(self, file_id: int, *, limit: int) -> list[FileMove]:
        """Give what happened to a file, the newest first."""
        ...

    # materials

    def add_material(self, material: Material) -> Material: ...

    def lock_material(self, material_id: int) -> Material | None: ...

    def save_material(self, material: Material) -> None: ...

    def catalogue(self, file_id: int) -> list[Material]:
        """Give what is in the catalogue, superseded entries among it, by class and number."""
        ...

    def counts(self, file_id: int) -> FileCounts: ...

    def on_the_way(self, *, limit: int, offset: int = 0) -> list[Material]:
        """Give materials that were received and are not yet in their file, oldest first."""
        ...

    def next_place(self, file_id: int, letter: str) -> int:
        """Give the next number within a class of a file; numbers are never reused."""
        ...

    # what is missing

    def count_kept_by(self, unit_no: str, *, before: date) -> int:
        """Count the files that a unit keeps and that are neither gone nor newer than a day."""
        ...

    def missing(
        self, required: Sequence[RequiredDocument], *, subject_no: str = "", limit: int, offset: int = 0
    ) -> list[MissingDocument]:
        """Give what present staff lack over all their files, by staff number. subject_no: of one only."""
        ...

    # who looked

    def note_access(self, entry: AccessEntry) -> None: ...

    def last_access(self, actor_no: str, file_id: int, since: date) -> AccessEntry | None:
        """Give a person's last look into a file since the beginning of a day."""
        ...

    def has_read_list(self, actor_no: str, title: str, since: date) -> bool:
        """Whether somebody has looked at a list since the beginning of a day."""
        ...

    def accesses(self, file_id: int, *, limit: int) -> list[AccessEntry]: ...

    # relatives

    def relatives(self, staff_no: str) -> dict[str, str]:
        """Give a person's relatives, whoever declared it: staff number -> what they are to each other."""
        ...

    def declare_relative(self, staff_no: str, relative_no: str, relation: str) -> bool:
        """Note two people as relatives; False where that is known."""
        ...


def parse_file_number(text: str) -> str:
    """Read a file's number. Raises Refused("file_number_unreadable")."""
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number):
        raise Refused("file_number_unreadable")
    return number


def file_numbers(staff_no: str, kind: FileKind, copy_kind: CopyKind) -> tuple[str, str]:
    """Make the number from the staff number: RS-0014, YG-0014, and RS-0014-F for a copy; short and in full.

    The full one, RS-GZ0014, is for whoever shares the digits of their staff number with somebody else.
    """
    whole = staff_no.upper()
    digits, tail = re.sub(r"\D", "", staff_no) or whole, "-F" if copy_kind is CopyKind.COPY else ""
    return f"{kind.prefix}-{digits}{tail}", f"{kind.prefix}-{whole}{tail}"


def file_number(work: Work, staff_no: str, kind: FileKind, copy_kind: CopyKind) -> str:
    """Give the number of a person's file of a kind, whether there is one yet or not."""
    short, full = file_numbers(staff_no, kind, copy_kind)
    taken = work.files.by_number(short)
    others = taken is not None and taken.subject_no != staff_no
    return full if others or work.files.by_number(full) is not None else short


# --- who keeps files -------------------------------------------------------------------------------------


def keeps_files(actor: Employee) -> bool:
    return actor.works_here and actor.holds(Role.FILE_KEEPER, Role.HR_MANAGER)


def is_hr_staff(people: People, actor: Employee) -> bool:
    """Whether somebody belongs to the HR manager's department, or keeps files."""
    departments = {manager.department_no for manager in people.holders(Role.HR_MANAGER)}
    return keeps_files(actor) or (actor.works_here and actor.department_no in departments)


def require_keeper(work: Work, actor: Employee, file: PersonnelFile) -> None:
    """Make sure that somebody may change a file: its unit's keeper or the HR manager, and never one's own.

    Raises Refused: role_required, other_unit, own_file, relatives_file.
    """
    actor.require(Role.FILE_KEEPER, Role.HR_MANAGER)
    require_no_kin(work, actor, file)
    if actor.holds(Role.HR_MANAGER):
        return
    if all(keeper.staff_no != actor.staff_no for keeper in keepers_of(work.people, file.custodian_no)):
        unit = work.people.department(file.custodian_no)
        raise Refused("other_unit", number=file.number, unit=unit.name if unit else file.custodian_no)


def require_no_kin(work: Work, actor: Employee, file: PersonnelFile) -> None:
    """Raise Refused("own_file" or "relatives_file"): nobody handles their own or a relative's file."""
    require_no_kin_of(work, actor, file.subject_no, file.number)


def require_no_kin_of(work: Work, actor: Employee, subject_no: str, number: str) -> None:
    if actor.staff_no == subject_no:
        raise Refused("own_file", number=number)
    if subject_no in work.files.relatives(actor.staff_no):
        raise Refused("relatives_file", number=number)


def require_file(work: Work, file_id: int) -> PersonnelFile:
    """Lock a file. Raises Refused("file_unknown")."""
    file = work.files.lock(file_id)
    if file is None:
        raise Refused("file_unknown")
    return file


def find_files(work: Work, text: str, *, limit: int) -> list[PersonnelFile]:
    """Find files by number, or by their person's name, part of it, pinyin, initials or staff number."""
    typed = "".join(text.split())
    if (exact := work.files.by_number(typed.upper())) is not None:
        return [exact]
    people = [person.staff_no for person in work.people.find(typed, limit=limit)]
    return work.files.of_subjects(people)[:limit]
