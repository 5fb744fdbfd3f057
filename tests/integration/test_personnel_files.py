"""The register of personnel files on real databases: search, catalogue, what is missing, looks, and moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from domain.errors import Refused
from domain.people import StaffRecord, StaffState, people_keys, query_keys
from domain.personnel_files.access import Look, declare_relative, read_file
from domain.personnel_files.files import (
    CopyKind,
    FileKind,
    FileState,
    find_files,
    parse_file_number,
)
from domain.personnel_files.materials import (
    MaterialClass,
    MaterialFacts,
    MaterialState,
    parse_pages,
    receive_material,
    reject_material,
    take_next_step,
)
from domain.personnel_files.missing import missing_of
from domain.personnel_files.moves import ALLOWED, may_move, move_file
from domain.personnel_files.opening import FileFacts, open_file
from storage.unit_of_work import SqlWork
from tests.support.archive import (
    BORROWER,
    BOSS,
    COLLEAGUE,
    HR,
    KEEPER,
    LEADER,
    OTHER_KEEPER,
    TODAY,
    add_material,
    employee,
    settle_in,
    work_on,
)
from tests.support.database import NOW

CARD = MaterialFacts(MaterialClass.OTHER, "身份证复印件", TODAY, 1)


@pytest.fixture
def files(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return settle_in(connection)


@pytest.fixture
def work(engine: Engine, files: dict[str, int]) -> Iterator[SqlWork]:
    with engine.begin() as connection:
        yield work_on(connection)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused, match=f"^{code}$"):
        act()


def numbers(work: SqlWork, text: str) -> list[str]:
    return [file.number for file in find_files(work, text, limit=20)]


@pytest.mark.parametrize(
    "typed",
    [
        "RS-0007",
        "rs-0007",
        "温晓琳",
        "晓琳",
        "琳",
        "wenxiaolin",
        "xiaolin",
        "wxl",
        "YH0007",
        "0007",
        "7",
        "温晓林",
    ],
)
def test_a_file_is_found_by_whatever_part_is_typed(work: SqlWork, typed: str) -> None:
    assert numbers(work, typed)[0] == "RS-0007"


def test_the_exact_name_comes_first_and_leavers_are_found(work: SqlWork) -> None:
    twin = employee("YH0041", "温晓琳娜", "YH0005", "D02")
    work.people.put_staff(StaffRecord(replace(twin, state=StaffState.LEFT), "", None, None, None))
    open_id = work.files.add(
        work.files.of_subjects(["YH0007"])[0].model_copy(
            update={"id": None, "number": "RS-0041", "subject_no": "YH0041"}
        )
    )
    assert numbers(work, "温晓琳") == ["RS-0007", open_id.number]
    assert numbers(work, "nobody") == []
    assert numbers(work, "") == []


def test_a_new_name_is_found_and_the_old_one_no_more(work: SqlWork) -> None:
    work.people.put_staff(StaffRecord(replace(COLLEAGUE, name="温若琳"), "", None, None, None))
    assert numbers(work, "温若") == ["RS-0007"]
    assert numbers(work, "wenxiao") == []


@given(st.text(min_size=1, max_size=12))
def test_whatever_is_typed_makes_keys_that_can_be_met(text: str) -> None:
    assert all(1 < len(key) <= 64 for key in query_keys(text))
    assert all(1 < len(key) <= 64 for key in people_keys("YH0007", text))


def test_a_file_is_opened_once_for_each_kind(work: SqlWork) -> None:
    facts = FileFacts("YH0007", FileKind.MANAGEMENT, custodian_no="D07", cabinet="B-01")
    file = open_file(work, KEEPER, facts, NOW)
    assert (file.number, file.state, file.opened_on) == ("YG-0007", FileState.BUILDING, TODAY)
    refused("file_exists", lambda: open_file(work, KEEPER, facts, NOW))
    copies = open_file(work, KEEPER, replace(facts, copy_kind=CopyKind.COPY), NOW)
    assert copies.number == "YG-0007-F"
    refused("own_file", lambda: open_file(work, KEEPER, replace(facts, subject_no="YH0003"), NOW))
    refused("role_required", lambda: open_file(work, LEADER, facts, NOW))
    refused("staff_unknown", lambda: open_file(work, KEEPER, replace(facts, subject_no="YH9999"), NOW))
    late = replace(facts, subject_no="YH0006", opened_on=TODAY + timedelta(days=1))
    refused("date_too_late", lambda: open_file(work, KEEPER, late, NOW))


def test_two_who_share_the_digits_of_their_staff_numbers_have_a_file_each(work: SqlWork) -> None:
    work.people.put_staff(StaffRecord(replace(COLLEAGUE, staff_no="GZ0007"), "", None, None, None))
    facts = FileFacts("GZ0007", FileKind.PERSONNEL, custodian_no="D07", cabinet="B-02")
    assert open_file(work, KEEPER, facts, NOW).number == "RS-GZ0007"
    refused("file_exists", lambda: open_file(work, KEEPER, facts, NOW))
    facts = replace(facts, kind=FileKind.MANAGEMENT)
    assert open_file(work, KEEPER, facts, NOW).number == "YG-0007"
    assert open_file(work, KEEPER, replace(facts, subject_no="YH0007"), NOW).number == "YG-YH0007"


def test_a_document_takes_four_steps_and_no_shortcut(work: SqlWork, files: dict[str, int]) -> None:
    file_id = files["RS-0007"]
    material = receive_material(work, KEEPER, file_id, CARD, NOW)
    seen = [material.state]
    while seen[-1].following is not None:
        take_next_step(work, KEEPER, material.id or 0, seen[-1], NOW)
        refused("material_moved", lambda: take_next_step(work, KEEPER, material.id or 0, seen[-1], NOW))
        seen.append(material.state)
    assert [state.value for state in seen] == ["received", "authenticated", "placed", "catalogued", "filed"]
    assert material.label == "f1"
    refused("material_moved", lambda: reject_material(work, KEEPER, material.id or 0, seen[-1], "不行", NOW))


def test_numbers_of_the_catalogue_are_never_given_twice(work: SqlWork, files: dict[str, int]) -> None:
    for expected in ("f1", "f2"):
        material = receive_material(work, KEEPER, files["RS-0007"], CARD, NOW)
        for state in (MaterialState.RECEIVED, MaterialState.AUTHENTICATED):
            take_next_step(work, KEEPER, material.id or 0, state, NOW)
        assert material.label == expected
        reject_material(work, KEEPER, material.id or 0, MaterialState.PLACED, "未签字", NOW)


def test_what_is_superseded_stays_and_counts_no_more(work: SqlWork, files: dict[str, int]) -> None:
    file_id = files["RS-0007"]
    file = work.files.by_id(file_id)
    assert file is not None
    old = add_material(work, file, MaterialClass.OTHER, 1, "身份证复印件", 1)
    assert [d.name for d in missing_of(work, "YH0007")] == ["1寸彩色照片"]
    fresh = receive_material(work, KEEPER, file_id, replace(CARD, name="旧身份证", supersedes=old.id), NOW)
    while fresh.state.following is not None:
        take_next_step(work, KEEPER, fresh.id or 0, fresh.state, NOW)
    assert old.state is MaterialState.SUPERSEDED
    assert [d.name for d in missing_of(work, "YH0007")] == ["身份证复印件", "1寸彩色照片"]
    assert len(work.files.catalogue(file_id)) == 4
    refused(
        "supersedes_unknown",
        lambda: receive_material(work, KEEPER, file_id, replace(CARD, supersedes=old.id), NOW),
    )


def test_nobody_files_into_what_is_not_theirs_to_keep(work: SqlWork, files: dict[str, int]) -> None:
    into = lambda who, number: receive_material(work, who, files[number], CARD, NOW)  # noqa: E731
    refused("own_file", lambda: into(KEEPER, "RS-0003"))
    refused("role_required", lambda: into(LEADER, "RS-0007"))
    refused("other_unit", lambda: into(OTHER_KEEPER, "RS-0007"))
    declare_relative(work, COLLEAGUE, "YH0007", "YH0003", "姐妹", NOW)
    refused("relatives_file", lambda: into(KEEPER, "RS-0007"))
    into(HR, "RS-0007")
    facts = replace(CARD, name="乙 肝 两对半")
    refused("material_forbidden", lambda: receive_material(work, HR, files["RS-0001"], facts, NOW))


def test_missing_documents_are_counted_over_all_files_by_copies(work: SqlWork, files: dict[str, int]) -> None:
    file = work.files.by_id(files["RS-0007"])
    assert file is not None
    add_material(work, file, MaterialClass.OTHER, 1, "1 寸彩色照片", 1, copies=1)
    [card, photo] = missing_of(work, "YH0007")
    assert (card.name, card.have, photo.name, photo.have) == ("身份证复印件", 0, "1寸彩色照片", 1)
    required = work.rules.files.required
    everybody = work.files.missing(required, limit=100)
    assert len(everybody) == 16
    assert work.files.missing(required, limit=3, offset=14) == everybody[14:]


def test_a_look_needs_a_purpose_once_a_day(work: SqlWork, files: dict[str, int]) -> None:
    look = lambda purpose, now=NOW: read_file(work, KEEPER, files["RS-0007"], Look.RECORD, purpose, now)  # noqa: E731
    refused("purpose_required", lambda: look(" "))
    look("年度检查")
    look("")
    refused("purpose_required", lambda: look("", NOW + timedelta(days=1)))
    refused("purpose_too_long", lambda: look("长" * 101))
    refused("role_required", lambda: read_file(work, LEADER, files["RS-0007"], Look.RECORD, "看看", NOW))
    refused("own_file", lambda: read_file(work, KEEPER, files["RS-0003"], Look.RECORD, "看看", NOW))
    assert [entry.purpose for entry in work.files.accesses(files["RS-0007"], limit=9)] == ["年度检查"] * 2


def test_every_state_of_a_file_leads_somewhere_but_the_last(work: SqlWork) -> None:
    ends = {state for state in FileState if not ALLOWED[state]} - {FileState.ON_LOAN}
    assert ends == {FileState.DESTROYED}


def test_moves_check_who_what_and_why(work: SqlWork, files: dict[str, int]) -> None:
    file_id = files["RS-0007"]
    move = lambda who, before, after, note="": move_file(work, who, file_id, before, after, note, NOW)  # noqa: E731
    S = FileState
    refused("file_state_changed", lambda: move(KEEPER, S.SEALED, S.SHELVED))
    refused("file_move", lambda: move(KEEPER, S.SHELVED, S.DESTROYED))
    refused("reason_required", lambda: move(KEEPER, S.SHELVED, S.MISSING))
    refused("subject_works_here", lambda: move(KEEPER, S.SHELVED, S.SEALED))
    assert S.SEALED not in may_move(work, KEEPER, work.files.by_id(file_id))  # type: ignore[arg-type]
    work.people.put_staff(StaffRecord(replace(COLLEAGUE, state=StaffState.LEFT), "", None, None, None))
    move(KEEPER, S.SHELVED, S.SEALED)
    move(HR, S.SEALED, S.DESTRUCTION_PENDING, "期满")
    refused("role_required", lambda: move(KEEPER, S.DESTRUCTION_PENDING, S.DESTROYED, "已销毁"))
    refused("move_same_person", lambda: move(HR, S.DESTRUCTION_PENDING, S.DESTROYED, "已销毁"))
    assert [(m.before, m.after) for m in work.files.moves(file_id, limit=1)] == [
        (S.SEALED, S.DESTRUCTION_PENDING)
    ]


def test_relatives_are_known_from_both_sides(work: SqlWork) -> None:
    declare_relative(work, BORROWER, "YH0006", "YH0001", "叔侄", NOW)
    assert work.files.relatives("YH0001") == {"YH0006": "叔侄"}
    refused("relative_known", lambda: declare_relative(work, BOSS, "YH0001", "YH0006", "叔侄", NOW))
    refused("relative_self", lambda: declare_relative(work, BOSS, "YH0001", "YH0001", "本人", NOW))
    refused("role_required", lambda: declare_relative(work, BORROWER, "YH0001", "YH0002", "夫妻", NOW))


@pytest.mark.parametrize(
    ("typed", "pages"), [("36", 36), ("３６页", 36), ("三十六页", 36), ("共12页", 12), ("1 张", 1)]
)
def test_pages_are_read_as_people_type_them(typed: str, pages: int) -> None:
    assert parse_pages(typed) == pages


@pytest.mark.parametrize("typed", ["", "很多", "3.5", "0", "9999", "-3"])
def test_what_is_no_count_of_pages_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        parse_pages(typed)


def test_a_files_number_is_read_and_nonsense_refused() -> None:
    assert parse_file_number(" rs-0034 ") == "RS-0034"
    with pytest.raises(Refused):
        parse_file_number("=1+1")
