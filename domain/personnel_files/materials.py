"""Materials of a file and 归档 in four steps: authenticate, find the place, enter in the catalogue, put in.

Nothing is ever deleted: what does not belong is rejected before it goes in, what is outdated is superseded.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlmodel import Field, SQLModel

from domain.approvals.delegations import today_of
from domain.errors import Refused
from domain.events import MaterialMoved
from domain.numerals import close_up, read_number
from domain.people import Employee
from domain.personnel_files.files import FileState, PersonnelFile, require_file, require_keeper

if TYPE_CHECKING:
    from domain.work import Work

# Employers may not ask for these since 2010, whatever an old form says.
_FORBIDDEN = re.compile(r"乙肝|乙型肝炎|两对半|HBsAg|hbv", re.IGNORECASE)
GONE = {FileState.TRANSFERRED_OUT, FileState.DESTROYED, FileState.WRITTEN_OFF}
MOST_PAGES = 2000


class MaterialClass(StrEnum):
    """The six classes of the catalogue."""

    RESUME = "a"
    APPRAISAL = "b"
    REWARD = "c"
    TRAINING = "d"
    CONTRACT = "e"
    OTHER = "f"


class MaterialState(StrEnum):
    """received -> (authenticated -> placed -> catalogued -> filed -> superseded | rejected)."""

    RECEIVED = "received"
    AUTHENTICATED = "authenticated"  # 鉴别: genuine, complete, of this person
    PLACED = "placed"  # its class and number are settled
    CATALOGUED = "catalogued"
    FILED = "filed"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"

    @property
    def following(self) -> MaterialState | None:
        """The next of the four steps."""
        order = [
            MaterialState.RECEIVED,
            MaterialState.AUTHENTICATED,
            MaterialState.PLACED,
            MaterialState.CATALOGUED,
            MaterialState.FILED,
        ]
        at = order.index(self) if self in order else len(order)
        return order[at + 1] if at + 1 < len(order) else None


class Material(SQLModel):
    """One document of a file.

    letter, place: class and number in the catalogue, e3; place is 0 until it is settled. name_key: the name
    folded, see fold_name. pages: of one copy. supersedes: id of the entry it takes the place of. note: of the
    keeper.
    """

    id: int | None = Field(default=None, primary_key=True)
    file_id: int
    letter: MaterialClass
    place: int = 0
    name: str = Field(max_length=100)
    name_key: str = Field(max_length=100)
    made_on: date | None = None
    pages: int
    copies: int = 1
    note: str = Field(default="", max_length=200)
    state: MaterialState = MaterialState.RECEIVED
    supersedes: int | None = None
    received_at: datetime
    received_by: str = Field(default="", max_length=32)
    filed_at: datetime | None = None

    @property
    def label(self) -> str:
        return f"{self.letter.value}{self.place}" if self.place else self.letter.value


@dataclass(frozen=True, slots=True)
class MaterialFacts:
    """What the keeper says about a document that came in."""

    letter: MaterialClass
    name: str
    made_on: date | None
    pages: int
    copies: int = 1
    note: str = ""
    supersedes: int | None = None


def fold_name(name: str) -> str:
    """Fold a document's name, so that 学历（职称）证书复印件 is met however its brackets are typed."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name)).casefold()[:100]


def check_material_name(name: str) -> None:
    """Raise Refused("material_forbidden") for what no employer may keep."""
    if _FORBIDDEN.search(name):
        raise Refused("material_forbidden")


def receive_material(
    work: Work, keeper: Employee, file_id: int, facts: MaterialFacts, now: datetime
) -> Material:
    """Take a document in; it is not part of the file before the fourth step.

    Raises Refused: file_unknown, role_required, other_unit, own_file, relatives_file, file_gone,
    material_forbidden, pages_out_of_range, date_too_late, supersedes_unknown.
    """
    file = require_file(work, file_id)
    require_keeper(work, keeper, file)
    _require_there(file)
    check_material_name(facts.name)
    if not (1 <= facts.pages <= MOST_PAGES and 1 <= facts.copies <= 99):
        raise Refused("pages_out_of_range", most=MOST_PAGES)
    today = today_of(work, now)
    if facts.made_on is not None and facts.made_on > today:
        raise Refused("date_too_late", day=facts.made_on, last=today)
    if facts.supersedes is not None:
        _require_replaceable(work, file, facts)
    material = work.files.add_material(
        Material(
            file_id=file_id,
            letter=facts.letter,
            name=facts.name,
            name_key=fold_name(facts.name),
            made_on=facts.made_on,
            pages=facts.pages,
            copies=facts.copies,
            note=facts.note,
            supersedes=facts.supersedes,
            received_at=now,
            received_by=keeper.staff_no,
        )
    )
    _record(work, keeper, file, material, None, now)
    return material


def take_next_step(
    work: Work, keeper: Employee, material_id: int, before: MaterialState, now: datetime
) -> Material:
    """Take the next of the four steps. before: the state that the person saw; a second tap is refused.

    Raises Refused: material_unknown, material_moved, file_gone, file_not_here, and as receive_material does.
    """
    material, file = _require_material(work, keeper, material_id, before)
    after = before.following
    if after is None:
        raise Refused("material_moved", state=material.state)
    if after is MaterialState.PLACED:
        material.place = work.files.next_place(file.id or 0, material.letter)
    if after is MaterialState.FILED:
        if file.state not in {FileState.BUILDING, FileState.SHELVED, FileState.SEALED}:
            raise Refused("file_not_here", number=file.number, state=file.state)
        material.filed_at = now
        _supersede_former(work, keeper, file, material, now)
    material.state = after
    work.files.save_material(material)
    _record(work, keeper, file, material, before, now)
    return material


def reject_material(
    work: Work, keeper: Employee, material_id: int, before: MaterialState, reason: str, now: datetime
) -> Material:
    """Turn a document down that is not in the file yet: not genuine, not complete, not this person's.

    Raises Refused: reason_required, material_unknown, material_moved, and as require_keeper does.
    """
    if not reason.strip():
        raise Refused("reason_required")
    material, file = _require_material(work, keeper, material_id, before)
    if before.following is None:
        raise Refused("material_moved", state=material.state)
    material.state, material.note = MaterialState.REJECTED, reason.strip()[:200]
    work.files.save_material(material)
    _record(work, keeper, file, material, before, now)
    return material


def _require_material(
    work: Work, keeper: Employee, material_id: int, before: MaterialState
) -> tuple[Material, PersonnelFile]:
    material = work.files.lock_material(material_id)
    if material is None:
        raise Refused("material_unknown")
    file = require_file(work, material.file_id)
    require_keeper(work, keeper, file)
    if material.state is not before:
        raise Refused("material_moved", state=material.state)
    _require_there(file)
    return material, file


def _require_there(file: PersonnelFile) -> None:
    if file.state in GONE:
        raise Refused("file_gone", number=file.number, state=file.state)


def _require_replaceable(work: Work, file: PersonnelFile, facts: MaterialFacts) -> None:
    former = work.files.lock_material(facts.supersedes or 0)
    if former is None or former.file_id != file.id or former.state is not MaterialState.FILED:
        raise Refused("supersedes_unknown")


def _supersede_former(
    work: Work, keeper: Employee, file: PersonnelFile, material: Material, now: datetime
) -> None:
    if material.supersedes is None:
        return
    former = work.files.lock_material(material.supersedes)
    if former is not None and former.state is MaterialState.FILED:
        former.state = MaterialState.SUPERSEDED
        work.files.save_material(former)
        _record(work, keeper, file, former, MaterialState.FILED, now)


def _record(
    work: Work,
    keeper: Employee,
    file: PersonnelFile,
    material: Material,
    before: MaterialState | None,
    now: datetime,
) -> None:
    """The audit log names the entry and never what the paper says."""
    work.audit.record(
        now,
        keeper.staff_no,
        "material_moved",
        f"file:{file.number}",
        before={"state": before.value} if before else {},
        after={"state": material.state.value, "material": material.id, "place": material.label},
    )
    work.events.append(MaterialMoved(file, material, keeper.staff_no))


def parse_pages(text: str) -> int:
    """Read a count of pages: 36, 36页, 三十六. Raises Refused("pages_unreadable" or "pages_out_of_range")."""
    typed = close_up(text).removeprefix("共").removesuffix("张").removesuffix("页")
    number = read_number(typed) if len(typed) <= 12 else None
    if number is None or number != int(number):
        raise Refused("pages_unreadable")
    if not 1 <= number <= MOST_PAGES:
        raise Refused("pages_out_of_range", most=MOST_PAGES)
    return int(number)
