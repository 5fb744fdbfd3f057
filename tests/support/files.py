"""Personnel files and loans in memory, for forms that are filled in without a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import count

from domain.loans.incidents import Incident
from domain.loans.leaving import Leaving
from domain.loans.loans import Loan, LoanState, WaitingEntry
from domain.personnel_files.access import AccessEntry, Look
from domain.personnel_files.files import (
    CopyKind,
    FileCounts,
    FileKind,
    FileState,
    PersonnelFile,
    file_numbers,
)
from domain.personnel_files.materials import Material, MaterialClass, MaterialState
from domain.personnel_files.missing import MissingDocument, RequiredDocument
from domain.personnel_files.moves import FileMove

OPENED = date(2024, 3, 1)


def a_file(subject_no: str, kind: FileKind = FileKind.PERSONNEL) -> PersonnelFile:
    return PersonnelFile(
        number=file_numbers(subject_no, kind, CopyKind.ORIGINAL)[0],
        subject_no=subject_no,
        kind=kind,
        custodian_no="D01",
        opened_on=OPENED,
        shelved_on=OPENED,
        state=FileState.SHELVED,
    )


class MemoryFiles:
    """A file for each of these people."""

    def __init__(self, staff_nos: Collection[str]) -> None:
        self.files: dict[int, PersonnelFile] = {}
        self.materials: dict[int, Material] = {}
        self.file_moves: list[FileMove] = []
        self.looks: list[AccessEntry] = []
        self.kin: dict[tuple[str, str], str] = {}
        self._ids = count(1)
        for staff_no in staff_nos:
            self.add(a_file(staff_no))

    def add(self, file: PersonnelFile) -> PersonnelFile:
        file.id = next(self._ids)
        self.files[file.id] = file
        return file

    def lock(self, file_id: int) -> PersonnelFile | None:
        return self.files.get(file_id)

    by_id = lock

    def by_number(self, number: str) -> PersonnelFile | None:
        return next((file for file in self.files.values() if file.number == number), None)

    def save(self, file: PersonnelFile) -> None:
        pass

    def of_subjects(self, staff_nos: Collection[str]) -> list[PersonnelFile]:
        return [file for no in staff_nos for file in self.files.values() if file.subject_no == no]

    def add_move(self, move: FileMove) -> None:
        self.file_moves.append(move)

    def moves(self, file_id: int, *, limit: int) -> list[FileMove]:
        return [move for move in reversed(self.file_moves) if move.file_id == file_id][:limit]

    def add_material(self, material: Material) -> Material:
        material.id = next(self._ids)
        self.materials[material.id] = material
        return material

    def lock_material(self, material_id: int) -> Material | None:
        return self.materials.get(material_id)

    def save_material(self, material: Material) -> None:
        pass

    def catalogue(self, file_id: int) -> list[Material]:
        entered = {MaterialState.CATALOGUED, MaterialState.FILED, MaterialState.SUPERSEDED}
        return [m for m in self.materials.values() if m.file_id == file_id and m.state in entered]

    def counts(self, file_id: int) -> FileCounts:
        found: dict[str, tuple[int, int]] = {}
        for material in self.catalogue(file_id):
            number, pages = found.get(material.letter.value, (0, 0))
            found[material.letter.value] = (number + 1, pages + material.pages * material.copies)
        return FileCounts(found)

    def on_the_way(self, *, limit: int, offset: int = 0) -> list[Material]:
        done = {MaterialState.FILED, MaterialState.REJECTED, MaterialState.SUPERSEDED}
        return [m for m in self.materials.values() if m.state not in done][offset : offset + limit]

    def next_place(self, file_id: int, letter: str) -> int:
        places = [m.place for m in self.materials.values() if m.file_id == file_id and m.letter == letter]
        return max(places, default=0) + 1

    def count_kept_by(self, unit_no: str, *, before: date) -> int:
        return sum(file.custodian_no == unit_no for file in self.files.values())

    def missing(
        self, required: Sequence[RequiredDocument], *, subject_no: str = "", limit: int, offset: int = 0
    ) -> list[MissingDocument]:
        return []

    def note_access(self, entry: AccessEntry) -> None:
        self.looks.append(entry)

    def last_access(self, actor_no: str, file_id: int, since: date) -> AccessEntry | None:
        looks = {Look.RECORD, Look.CATALOGUE}
        mine = [e for e in self.looks if e.actor_no == actor_no and e.file_id == file_id and e.look in looks]
        return mine[-1] if mine else None

    def has_read_list(self, actor_no: str, title: str, since: date) -> bool:
        return any((e.actor_no, e.look, e.purpose) == (actor_no, Look.LIST, title) for e in self.looks)

    def accesses(self, file_id: int, *, limit: int) -> list[AccessEntry]:
        return [entry for entry in reversed(self.looks) if entry.file_id == file_id][:limit]

    def relatives(self, staff_no: str) -> dict[str, str]:
        return {
            (other if one == staff_no else one): relation
            for (one, other), relation in self.kin.items()
            if staff_no in (one, other)
        }

    def declare_relative(self, staff_no: str, relative_no: str, relation: str) -> bool:
        pair = (min(staff_no, relative_no), max(staff_no, relative_no))
        known = pair in self.kin
        self.kin.setdefault(pair, relation)
        return not known

    def enter(self, file_id: int, letter: MaterialClass, material: Material) -> None:
        """Put a document into a file, as if it had always lain there."""
        material.file_id, material.letter = file_id, letter
        self.add_material(material)


class MemoryLoans:
    def __init__(self) -> None:
        self.loans: dict[int, Loan] = {}
        self.queue: list[WaitingEntry] = []

    def add(self, loan: Loan) -> Loan:
        loan.id = len(self.loans) + 1
        self.loans[loan.id] = loan
        return loan

    def lock(self, loan_id: int) -> Loan | None:
        return self.loans.get(loan_id)

    by_id = lock

    def by_request(self, request_id: int) -> Loan | None:
        return next((loan for loan in self.loans.values() if loan.request_id == request_id), None)

    def by_number(self, number: str) -> Loan | None:
        return next((loan for loan in self.loans.values() if loan.number == number), None)

    def save(self, loan: Loan) -> None:
        pass

    def active_of(self, file_id: int) -> Loan | None:
        found = [loan for loan in self.loans.values() if loan.file_id == file_id and loan.state.active]
        return found[0] if found else None

    def active_of_borrower(self, staff_no: str) -> list[Loan]:
        return [loan for loan in self.loans.values() if loan.borrower_no == staff_no and loan.state.active]

    def of_borrower(self, staff_no: str, *, limit: int, offset: int = 0) -> list[Loan]:
        mine = [loan for loan in self.loans.values() if loan.borrower_no == staff_no]
        return sorted(mine, key=lambda loan: not loan.state.active)[offset : offset + limit]

    def count_of_borrower(self, staff_no: str) -> int:
        return sum(loan.borrower_no == staff_no for loan in self.loans.values())

    def of_file(self, file_id: int, *, limit: int) -> list[Loan]:
        return [loan for loan in self.loans.values() if loan.file_id == file_id][:limit]

    def out(self, *, due_by: date | None = None, limit: int, offset: int = 0) -> list[Loan]:
        lent = [loan for loan in self.loans.values() if loan.state is LoanState.LENT]
        return [loan for loan in lent if due_by is None or loan.due_on <= due_by][offset : offset + limit]

    def count_out(self, *, due_by: date | None = None) -> int:
        return len(self.out(due_by=due_by, limit=1000))

    def due_by(self, day: date) -> list[int]:
        return [loan.id or 0 for loan in self.out(due_by=day, limit=100)]

    def uncollected(self, day: date) -> list[Loan]:
        return []

    stale = uncollected

    def put_on_waiting_list(self, entry: WaitingEntry) -> bool:
        if any(known.staff_no == entry.staff_no for known in self.waiting(entry.file_id)):
            return False
        self.queue.append(entry)
        return True

    def waiting(self, file_id: int) -> list[WaitingEntry]:
        return [entry for entry in self.queue if entry.file_id == file_id and entry.told_at is None]

    def still_waited_for(self, since: datetime) -> list[int]:
        told = {entry.file_id for entry in self.queue if entry.told_at and entry.told_at > since}
        return sorted({entry.file_id for entry in self.queue if entry.told_at is None} - told)

    def leave_waiting_list(self, file_id: int, staff_no: str) -> bool:
        before = len(self.queue)
        self.queue = [e for e in self.queue if (e.file_id, e.staff_no) != (file_id, staff_no)]
        return len(self.queue) < before

    def save_waiting(self, entry: WaitingEntry) -> None:
        pass


class MemoryIncidents:
    def __init__(self) -> None:
        self.incidents: dict[int, Incident] = {}

    def add(self, incident: Incident) -> Incident:
        incident.id = len(self.incidents) + 1
        self.incidents[incident.id] = incident
        return incident

    def by_id(self, incident_id: int) -> Incident | None:
        return self.lock(incident_id)

    def lock(self, incident_id: int) -> Incident | None:
        return self.incidents.get(incident_id)

    def save(self, incident: Incident) -> None:
        pass

    def open_about(self, file_id: int) -> list[Incident]:
        return [i for i in self.incidents.values() if i.file_id == file_id and i.closed_at is None]

    def open(self, *, limit: int, offset: int = 0) -> list[Incident]:
        return [i for i in self.incidents.values() if i.closed_at is None][offset : offset + limit]

    def count_open(self) -> int:
        return len(self.open(limit=1000))


class MemoryLeavings:
    def __init__(self) -> None:
        self.leavings: dict[str, Leaving] = {}

    def add(self, leaving: Leaving) -> bool:
        return self.leavings.setdefault(leaving.staff_no, leaving) is leaving

    def by_no(self, staff_no: str) -> Leaving | None:
        return self.lock(staff_no)

    def lock(self, staff_no: str) -> Leaving | None:
        return self.leavings.get(staff_no)

    def save(self, leaving: Leaving) -> None:
        pass

    def unfinished(self, *, limit: int, offset: int = 0) -> list[Leaving]:
        return [e for e in self.leavings.values() if e.finished_at is None][offset : offset + limit]
