"""The register of personnel files: bags, their materials and moves, who looked, and who is related."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from domain.people import StaffState
from domain.personnel_files.access import AccessEntry, Look
from domain.personnel_files.files import (
    CopyKind,
    FileCounts,
    FileKind,
    FileState,
    PersonnelFile,
    Secrecy,
)
from domain.personnel_files.materials import Material, MaterialClass, MaterialState
from domain.personnel_files.missing import MissingDocument, RequiredDocument
from domain.personnel_files.moves import FileMove
from storage.people import StaffRow
from storage.types import Coded


class FileRow(PersonnelFile, table=True):
    __tablename__ = "personnel_files"
    __table_args__ = (
        Index("ix_personnel_files_subject", "subject_no"),
        Index("ix_personnel_files_state", "state", "id"),
    )
    kind: FileKind = Field(sa_column=Column(Coded(FileKind), nullable=False))
    copy_kind: CopyKind = Field(sa_column=Column(Coded(CopyKind), nullable=False))
    secrecy: Secrecy = Field(sa_column=Column(Coded(Secrecy), nullable=False))
    state: FileState = Field(sa_column=Column(Coded(FileState), nullable=False))


class MaterialRow(Material, table=True):
    __tablename__ = "materials"
    __table_args__ = (
        Index("ix_materials_file", "file_id", "letter", "place"),
        Index("ix_materials_state", "state", "id"),
    )
    file_id: int = Field(foreign_key="personnel_files.id")
    letter: MaterialClass = Field(sa_column=Column(Coded(MaterialClass), nullable=False))
    state: MaterialState = Field(sa_column=Column(Coded(MaterialState), nullable=False))


class FileMoveRow(FileMove, table=True):
    __tablename__ = "file_moves"
    __table_args__ = (Index("ix_file_moves_file", "file_id", "id"),)
    file_id: int = Field(foreign_key="personnel_files.id")
    before: FileState = Field(sa_column=Column(Coded(FileState), nullable=False))
    after: FileState = Field(sa_column=Column(Coded(FileState), nullable=False))


class AccessRow(AccessEntry, table=True):
    __tablename__ = "file_access"
    __table_args__ = (
        Index("ix_file_access_file", "file_id", "id"),
        Index("ix_file_access_actor", "actor_no", "file_id", "at"),
    )
    look: Look = Field(sa_column=Column(Coded(Look), nullable=False))


class RelativeRow(SQLModel, table=True):
    """Two relatives, the smaller staff number first."""

    __tablename__ = "relatives"
    one_no: str = Field(primary_key=True, max_length=32)
    other_no: str = Field(primary_key=True, max_length=32, index=True)
    relation: str = Field(max_length=40)


_files = FileRow.__table__  # type: ignore[attr-defined]
_materials = MaterialRow.__table__  # type: ignore[attr-defined]
_moves = FileMoveRow.__table__  # type: ignore[attr-defined]
_access = AccessRow.__table__  # type: ignore[attr-defined]
_relatives = RelativeRow.__table__  # type: ignore[attr-defined]
_staff = StaffRow.__table__  # type: ignore[attr-defined]
_ENTERED = (MaterialState.CATALOGUED, MaterialState.FILED, MaterialState.SUPERSEDED)
_UNDER_WAY = (
    MaterialState.RECEIVED,
    MaterialState.AUTHENTICATED,
    MaterialState.PLACED,
    MaterialState.CATALOGUED,
)


class SqlPersonnelFiles:
    """Implements domain.personnel_files.files.PersonnelFiles."""

    def __init__(self, session: Session, connection: Connection, timezone: str) -> None:
        self._session = session
        self._connection = connection
        self._zone = ZoneInfo(timezone)

    def add(self, file: PersonnelFile) -> PersonnelFile:
        row = FileRow.model_validate(file)
        self._session.add(row)
        self._session.flush()
        return row

    def lock(self, file_id: int) -> PersonnelFile | None:
        return self._session.get(FileRow, file_id, with_for_update=True, populate_existing=True)

    def by_id(self, file_id: int) -> PersonnelFile | None:
        return self._session.get(FileRow, file_id)

    def by_number(self, number: str) -> PersonnelFile | None:
        return self._session.scalars(select(FileRow).where(_files.c.number == number)).first()

    def save(self, file: PersonnelFile) -> None:
        self._session.flush()

    def of_subjects(self, staff_nos: Collection[str]) -> list[PersonnelFile]:
        place = {staff_no: at for at, staff_no in enumerate(staff_nos)}
        if not place:
            return []
        rows = self._session.scalars(select(FileRow).where(_files.c.subject_no.in_(list(place))))
        found = sorted(rows, key=lambda file: (place[file.subject_no], file.number))
        return cast(list[PersonnelFile], found)

    def in_states(self, states: Collection[FileState], *, limit: int, offset: int = 0) -> list[PersonnelFile]:
        query = select(FileRow).where(_files.c.state.in_(sorted(states))).order_by(_files.c.id)
        return cast(list[PersonnelFile], list(self._session.scalars(query.limit(limit).offset(offset))))

    def register(self) -> dict[str, PersonnelFile]:
        """Give every file by its number, for comparing and not for changing."""
        rows = self._connection.execute(select(_files)).mappings()
        return {row["number"]: PersonnelFile.model_construct(**row) for row in rows}

    def add_all(self, files: Sequence[PersonnelFile]) -> dict[str, int]:
        """Insert many at once; give their ids by number."""
        if not files:
            return {}
        added = self._connection.execute(
            insert(_files).returning(_files.c.id, _files.c.number),
            [file.model_dump(exclude={"id"}) for file in files],
        )
        return {row.number: row.id for row in added}

    def add_materials(self, materials: Sequence[Material]) -> None:
        """Insert many at once."""
        if materials:
            self._connection.execute(
                insert(_materials), [material.model_dump(exclude={"id"}) for material in materials]
            )

    def entered(self, file_ids: Collection[int]) -> set[tuple[int, str, int]]:
        """Give (file, class, number) of every catalogue entry of these files."""
        found: set[tuple[int, str, int]] = set()
        for some in _chunks(sorted(file_ids)):
            rows = self._connection.execute(
                select(_materials.c.file_id, _materials.c.letter, _materials.c.place).where(
                    _materials.c.file_id.in_(some)
                )
            )
            found.update((row.file_id, row.letter.value, row.place) for row in rows)
        return found

    def add_move(self, move: FileMove) -> None:
        self._session.add(FileMoveRow.model_validate(move))
        self._session.flush()

    def moves(self, file_id: int, *, limit: int) -> list[FileMove]:
        query = select(FileMoveRow).where(_moves.c.file_id == file_id).order_by(_moves.c.id.desc())
        return cast(list[FileMove], list(self._session.scalars(query.limit(limit))))

    # --- materials ---------------------------------------------------------------------------------------

    def add_material(self, material: Material) -> Material:
        row = MaterialRow.model_validate(material)
        self._session.add(row)
        self._session.flush()
        return row

    def lock_material(self, material_id: int) -> Material | None:
        return self._session.get(MaterialRow, material_id, with_for_update=True, populate_existing=True)

    def save_material(self, material: Material) -> None:
        self._session.flush()

    def catalogue(self, file_id: int) -> list[Material]:
        query = (
            select(MaterialRow)
            .where(_materials.c.file_id == file_id, _materials.c.state.in_(_ENTERED))
            .order_by(_materials.c.letter, _materials.c.place, _materials.c.id)
        )
        return cast(list[Material], list(self._session.scalars(query)))

    def counts(self, file_id: int) -> FileCounts:
        pages = func.sum(_materials.c.pages * _materials.c.copies)
        rows = self._connection.execute(
            select(_materials.c.letter, func.count(), pages)
            .where(_materials.c.file_id == file_id, _materials.c.state == MaterialState.FILED)
            .group_by(_materials.c.letter)
            .order_by(_materials.c.letter)
        )
        return FileCounts({letter.value: (int(count), int(total)) for letter, count, total in rows})

    def on_the_way(self, *, limit: int, offset: int = 0) -> list[Material]:
        query = select(MaterialRow).where(_materials.c.state.in_(_UNDER_WAY)).order_by(_materials.c.id)
        return cast(list[Material], list(self._session.scalars(query.limit(limit).offset(offset))))

    def next_place(self, file_id: int, letter: str) -> int:
        query = select(func.max(_materials.c.place)).where(
            _materials.c.file_id == file_id, _materials.c.letter == letter
        )
        return int(self._connection.execute(query).scalar() or 0) + 1

    def count_kept_by(self, unit_no: str, *, before: date) -> int:
        gone = [FileState.TRANSFERRED_OUT, FileState.DESTROYED, FileState.WRITTEN_OFF]
        counted = (
            select(func.count())
            .select_from(_files)
            .where(_files.c.custodian_no == unit_no, _files.c.state.not_in(gone), _files.c.opened_on < before)
        )
        return int(self._connection.execute(counted).scalar_one())

    def missing(
        self, required: Sequence[RequiredDocument], *, subject_no: str = "", limit: int, offset: int = 0
    ) -> list[MissingDocument]:
        if not required:
            return []
        values = {"limit": limit, "offset": offset, "subject_no": subject_no}
        rows = self._connection.execute(_missing(tuple(required), bool(subject_no)), values)
        return [
            MissingDocument(row.staff_no, required[row.at].name, required[row.at].copies, int(row.have))
            for row in rows
        ]

    # --- who looked --------------------------------------------------------------------------------------

    def note_access(self, entry: AccessEntry) -> None:
        self._session.add(AccessRow.model_validate(entry))
        self._session.flush()

    def last_access(self, actor_no: str, file_id: int, since: date) -> AccessEntry | None:
        begin = datetime.combine(since, time(), self._zone)
        query = (
            select(AccessRow)
            .where(
                _access.c.actor_no == actor_no,
                _access.c.file_id == file_id,
                _access.c.at >= begin,
                _access.c.look.in_([Look.RECORD, Look.CATALOGUE]),
            )
            .order_by(_access.c.id.desc())
        )
        return self._session.scalars(query.limit(1)).first()

    def has_read_list(self, actor_no: str, title: str, since: date) -> bool:
        query = select(_access.c.id).where(
            _access.c.actor_no == actor_no,
            _access.c.file_id.is_(None),
            _access.c.at >= datetime.combine(since, time(), self._zone),
            _access.c.look == Look.LIST,
            _access.c.purpose == title,
        )
        return self._connection.execute(query.limit(1)).first() is not None

    def accesses(self, file_id: int, *, limit: int) -> list[AccessEntry]:
        query = select(AccessRow).where(_access.c.file_id == file_id).order_by(_access.c.id.desc())
        return cast(list[AccessEntry], list(self._session.scalars(query.limit(limit))))

    # --- relatives ---------------------------------------------------------------------------------------

    def relatives(self, staff_no: str) -> dict[str, str]:
        other = case((_relatives.c.one_no == staff_no, _relatives.c.other_no), else_=_relatives.c.one_no)
        rows = self._connection.execute(
            select(other, _relatives.c.relation).where(
                or_(_relatives.c.one_no == staff_no, _relatives.c.other_no == staff_no)
            )
        )
        return {str(number): str(relation) for number, relation in rows}

    def declare_relative(self, staff_no: str, relative_no: str, relation: str) -> bool:
        one, other = sorted((staff_no, relative_no))
        known = and_(_relatives.c.one_no == one, _relatives.c.other_no == other)
        if self._connection.execute(select(_relatives.c.one_no).where(known)).first() is not None:
            return False
        self._connection.execute(
            insert(_relatives).values(one_no=one, other_no=other, relation=relation[:40])
        )
        return True


def _chunks(values: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (values[at : at + size] for at in range(0, len(values), size))


@cache
def _missing(required: tuple[RequiredDocument, ...], one: bool) -> Select[Any]:
    """Write the query for what lacks, once: it is asked for every reminder. one: of one person only."""
    wanted = union_all(
        *(
            select(
                literal(at).label("at"),
                literal(d.key).label("name_key"),
                literal(d.copies).label("needed"),
            )
            for at, d in enumerate(required)
        )
    ).subquery()
    # A condition on the state would let SQLite search all that is filed, for each person anew.
    filed = case((_materials.c.state == MaterialState.FILED, _materials.c.copies), else_=0)
    have = func.coalesce(
        select(func.sum(filed))
        .select_from(_files.join(_materials, _materials.c.file_id == _files.c.id))
        .where(
            _files.c.subject_no == _staff.c.staff_no,
            _materials.c.name_key == wanted.c.name_key,
        )
        .correlate(_staff, wanted)
        .scalar_subquery(),
        0,
    )
    query = (
        select(_staff.c.staff_no, wanted.c.at, have.label("have"))
        .select_from(_staff.join(wanted, literal(True)))
        .where(_staff.c.state != StaffState.LEFT, have < wanted.c.needed)
        .order_by(_staff.c.staff_no, wanted.c.at)
    )
    if one:
        query = query.where(_staff.c.staff_no == bindparam("subject_no"))
    return query.limit(bindparam("limit")).offset(bindparam("offset"))
