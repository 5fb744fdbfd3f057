"""Loans on real databases: races, counts, returns, renewals, incidents, waiting, and people who leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from domain.approvals.acts import approve_step, record_outcome, return_step
from domain.approvals.delegations import delegate_approvals, desks_of
from domain.approvals.detours import transfer_step
from domain.approvals.holes import mend_holes
from domain.approvals.requests import Request, RequestState
from domain.errors import Refused
from domain.events import FileFree, LoanLent, RequestLapsed
from domain.loans.handovers import count_as_borrower, count_as_keeper, expected_pages
from domain.loans.incidents import Verdict, close_incident, may_close, report_incident
from domain.loans.lapsing import lapse_loans
from domain.loans.leaving import begin_leaving, finish_leaving
from domain.loans.loans import Condition, Loan, LoanMode, LoanState
from domain.loans.receiving import receivers_of
from domain.loans.renewals import change_due, renew_loan
from domain.loans.requesting import repropose_loan
from domain.loans.returns import Finding, ReturnCheck, announce_return, answer_return, check_return
from domain.loans.waiting import pass_on, place_of, stop_waiting, wait_for_file
from domain.people import Employee, Role, StaffRecord, StaffState
from domain.personnel_files.access import Look, declare_relative, note_list
from domain.personnel_files.files import FileKind, FileState, PersonnelFile, Secrecy
from domain.personnel_files.materials import MaterialClass
from domain.personnel_files.moves import move_file, put_file
from storage.unit_of_work import SqlWork
from tests.support.archive import (
    BORROWER,
    BOSS,
    COLLEAGUE,
    HR,
    KEEPER,
    LEADER,
    OTHER_KEEPER,
    PAGES,
    STEWARD,
    TODAY,
    add_file,
    add_material,
    approve_all,
    ask,
    content_of,
    loan_about,
    open_step,
    settle_in,
    terms_of,
    work_on,
)
from tests.support.company import account_of, put
from tests.support.database import NOW, race

INTACT = ReturnCheck(Condition.INTACT, PAGES)


@pytest.fixture
def files(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return settle_in(connection)


@pytest.fixture
def work(engine: Engine, files: dict[str, int]) -> Iterator[SqlWork]:
    with engine.begin() as connection:
        yield work_on(connection)


@pytest.fixture
def file_id(files: dict[str, int]) -> int:
    return files["RS-0007"]  # of COLLEAGUE


def lend(work: SqlWork, file_id: int, borrower: Employee = BORROWER, **more: Any) -> tuple[Request, Loan]:
    """Ask, approve and hand over."""
    request = ask(work, borrower, file_id, **more)
    approve_all(work, request)
    step = open_step(work, request.id or 0)
    assert step is not None
    keeper = work.people.by_no(step[1][0])
    assert keeper is not None
    loan = count_as_keeper(work, keeper, step[0], PAGES, NOW)
    return request, count_as_borrower(work, borrower, loan.id or 0, PAGES, NOW)


def becomes(work: SqlWork, person: Employee) -> None:
    """Change a person in the register, as an import in the same transaction does."""
    work.people.put_staff(StaffRecord(person, "", None, None, None))


def refused(code: str, act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused, match=f"^{code}$") as caught:
        act()
    return caught.value


def test_a_loan_goes_the_whole_way(work: SqlWork, file_id: int) -> None:
    request, loan = lend(work, file_id)
    assert (request.state, request.outcome) == (RequestState.DONE, str(PAGES))
    assert (loan.state, loan.number) == (LoanState.LENT, request.number)
    assert work.files.by_id(file_id).state is FileState.ON_LOAN  # type: ignore[union-attr]
    assert any(isinstance(event, LoanLent) for event in work.events)
    check_return(work, KEEPER, loan.id or 0, INTACT, NOW)
    answer_return(work, BORROWER, loan.id or 0, "", NOW)
    assert work.files.by_id(file_id).state is FileState.SHELVED  # type: ignore[union-attr]
    refused("return_answered", lambda: answer_return(work, BORROWER, loan.id or 0, "", NOW))
    refused("loan_state", lambda: check_return(work, KEEPER, loan.id or 0, INTACT, NOW))


def test_of_two_who_ask_at_once_one_has_the_file(engine: Engine, files: dict[str, int]) -> None:
    def asks(person: Employee) -> Callable[[Connection], Request]:
        return lambda connection: ask(work_on(connection), person, files["RS-0001"])

    outcomes = race(engine, asks(BORROWER), asks(COLLEAGUE), asks(LEADER))
    assert sum(isinstance(outcome, Request) for outcome in outcomes) == 1
    assert all(
        isinstance(o, Request) or (isinstance(o, Refused) and o.code == "file_taken") for o in outcomes
    )


def test_the_two_sides_may_count_at_the_same_moment(engine: Engine, files: dict[str, int]) -> None:
    with engine.begin() as connection:
        work = work_on(connection)
        request = ask(work, BORROWER, files["RS-0007"])
        approve_all(work, request)
        step = open_step(work, request.id or 0)
        loan_id = loan_about(work, request).id or 0
    assert step is not None
    at = step[0]
    outcomes = race(
        engine,
        lambda c: count_as_keeper(work_on(c), KEEPER, at, PAGES, NOW).state,
        lambda c: count_as_borrower(work_on(c), BORROWER, loan_id, PAGES, NOW).state,
    )
    assert sorted(outcomes, key=str) == [LoanState.APPROVED, LoanState.LENT]


def test_no_second_loan_slips_past_the_database(work: SqlWork, file_id: int) -> None:
    lend(work, file_id)
    twin = Loan(
        number="JY-X",
        file_id=file_id,
        borrower_no="YH0005",
        mode=LoanMode.TAKE,
        state=LoanState.LENT,
        due_on=TODAY,
        first_due_on=TODAY,
    )
    with pytest.raises(Exception, match=r"(?i)unique"), work.connection.begin_nested():
        work.loans.add_all([twin])


KEPT = ("personnel_files", "materials", "loans", "file_moves", "file_access", "leavings", "relatives")


@pytest.mark.parametrize("table", KEPT)
def test_no_row_of_the_register_can_be_deleted(work: SqlWork, file_id: int, table: str) -> None:
    lend(work, file_id)
    begin_leaving(work, {LEADER.staff_no}, NOW)
    declare_relative(work, BOSS, BOSS.staff_no, HR.staff_no, "姻亲", NOW)
    with pytest.raises(Exception, match="kept for good"), work.connection.begin_nested():
        work.connection.exec_driver_sql(f"DELETE FROM {table}")


def test_the_handover_cannot_be_recorded_without_the_borrower(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    step = open_step(work, request.id or 0)
    assert step is not None
    refused("handover_unconfirmed", lambda: record_outcome(work, KEEPER, step[0], "12", NOW))


def test_the_custodian_is_the_keeper_of_the_unit(work: SqlWork) -> None:
    there = add_file(work, BOSS, FileKind.MANAGEMENT, unit="D13")
    request = ask(work, BORROWER, there.id or 0)
    approve_all(work, request)
    step = open_step(work, request.id or 0)
    assert step is not None
    assert step[1] == [OTHER_KEEPER.staff_no]
    refused("request_unknown", lambda: count_as_keeper(work, KEEPER, step[0], PAGES, NOW))


def test_no_relative_of_whom_a_file_is_about_decides_or_hands_it_over(work: SqlWork, file_id: int) -> None:
    for relative in (LEADER, KEEPER):
        declare_relative(work, COLLEAGUE, COLLEAGUE.staff_no, relative.staff_no, "姻亲", NOW)
    request = ask(work, BORROWER, file_id)
    step = open_step(work, request.id or 0)
    assert step is not None
    assert step[1] == [BOSS.staff_no]
    refused("request_unknown", lambda: approve_step(work, LEADER, step[0], NOW))
    approve_all(work, request)
    handover = open_step(work, request.id or 0)
    assert handover is not None
    assert KEEPER.staff_no not in handover[1]


def test_a_keeper_who_has_become_a_relative_hands_nothing_over(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    step = open_step(work, request.id or 0)
    assert step is not None
    loan = count_as_keeper(work, KEEPER, step[0], PAGES, NOW)
    declare_relative(work, COLLEAGUE, COLLEAGUE.staff_no, KEEPER.staff_no, "姻亲", NOW)
    moved = open_step(work, request.id or 0)
    assert moved is not None
    assert moved[1] == [HR.staff_no]
    refused("request_unknown", lambda: count_as_keeper(work, KEEPER, step[0], PAGES, NOW))
    count_as_borrower(work, BORROWER, loan.id or 0, PAGES, NOW)
    assert (loan.state, loan.keeper_no) == (LoanState.APPROVED, "")
    count_as_keeper(work, HR, moved[0], PAGES, NOW)
    assert loan.state is LoanState.LENT


def test_a_handover_goes_to_the_units_other_keeper_where_one_is_a_relative(
    work: SqlWork, file_id: int
) -> None:
    third = replace(KEEPER, staff_no="YH0009", name="黎敏")
    put(work.connection, third)
    work.people.bind(account_of(third), NOW, "")
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    declare_relative(work, KEEPER, COLLEAGUE.staff_no, KEEPER.staff_no, "姻亲", NOW)
    step = open_step(work, request.id or 0)
    assert step is not None
    assert step[1] == [third.staff_no]


def test_a_relative_who_is_declared_meanwhile_is_not_asked_at_a_later_step(
    work: SqlWork, file_id: int
) -> None:
    request = ask(work, BORROWER, file_id)
    declare_relative(work, COLLEAGUE, COLLEAGUE.staff_no, HR.staff_no, "姻亲", NOW)
    approve_all(work, request)
    assert HR.staff_no not in {step.decided_by for step in work.requests.all_steps(request.id or 0)}


def test_a_keeper_who_leaves_after_the_approval_is_followed_by_the_fallback(
    work: SqlWork, file_id: int
) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    for keeper in (KEEPER, OTHER_KEEPER):
        becomes(work, replace(keeper, state=StaffState.LEFT))
        mend_holes(work, NOW)
    step = open_step(work, request.id or 0)
    assert step is not None
    assert step[1] == [BOSS.staff_no, STEWARD.staff_no]


def test_what_a_delegate_is_concerned_by_they_do_not_decide(work: SqlWork, file_id: int) -> None:
    """HR hands approvals to the very person whose file is asked for."""
    last = TODAY + timedelta(days=3)
    delegate_approvals(work, HR, COLLEAGUE.staff_no, TODAY, last, kinds=[], min_rate=None, now=NOW)
    request = ask(work, BORROWER, file_id)
    step = open_step(work, request.id or 0)
    assert step is not None
    approve_step(work, LEADER, step[0], NOW)
    step = open_step(work, request.id or 0)
    assert step is not None
    refused("request_unknown", lambda: approve_step(work, COLLEAGUE, step[0], NOW))
    assert work.requests.waiting_at(desks_of(work, COLLEAGUE, NOW), limit=9) == []
    assert len(work.requests.waiting_at(desks_of(work, HR, NOW), limit=9)) == 1
    refused(
        "chosen_is_concerned", lambda: transfer_step(work, HR, step[0], COLLEAGUE.staff_no, "请代办", NOW)
    )


def test_a_secret_file_needs_the_extra_approver_in_the_route(work: SqlWork) -> None:
    secret = add_file(work, LEADER, FileKind.MANAGEMENT, secrecy=Secrecy.SECRET)
    request = ask(work, BORROWER, secret.id or 0)
    approve_all(work, request)
    decided = {step.decided_by for step in work.requests.all_steps(request.id or 0)}
    assert {HR.staff_no, STEWARD.staff_no} <= decided
    route = work.rules.routes[request.kind]
    plain = replace(route, steps=tuple(step for step in route.steps if "secrecy" not in str(step.when)))
    work.rules = replace(work.rules, routes={**work.rules.routes, request.kind: plain})
    other = add_file(work, OTHER_KEEPER, FileKind.MANAGEMENT, secrecy=Secrecy.SECRET)
    refused("secret_unapproved", lambda: ask(work, BORROWER, other.id or 0))


def test_a_secret_file_is_lent_for_a_shorter_time(work: SqlWork, file_id: int) -> None:
    secret = add_file(work, LEADER, FileKind.MANAGEMENT, secrecy=Secrecy.SECRET)
    error = refused("loan_too_long", lambda: ask(work, BORROWER, secret.id or 0, days=8))
    assert error.params["last"] == TODAY + timedelta(days=7)
    refused("loan_too_long", lambda: ask(work, BORROWER, file_id, days=15))
    ask(work, BORROWER, file_id, days=14)


def test_only_classes_that_were_asked_for_are_counted(work: SqlWork, file_id: int) -> None:
    file = work.files.by_id(file_id)
    assert file is not None
    add_material(work, file, MaterialClass.OTHER, 1, "1寸彩色照片", 1, copies=2)
    request = ask(work, BORROWER, file_id, parts=("f", "e1"))
    assert expected_pages(work, loan_about(work, request)) == 10
    other = ask(work, COLLEAGUE, work.files.of_subjects(["YH0005"])[0].id or 0)
    assert expected_pages(work, loan_about(work, other)) == PAGES


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (ReturnCheck(Condition.INTACT, PAGES - 1), "pages_differ"),
        (ReturnCheck(Condition.PAGES_MISSING, PAGES, (), "缺页"), "pages_not_missing"),
        (ReturnCheck(Condition.DAMAGED, PAGES), "finding_missing"),
        (ReturnCheck(Condition.LOST, 3, (), "丢了"), "pages_out_of_range"),
        (ReturnCheck(Condition.DAMAGED, PAGES, (Finding(99_999, Condition.DAMAGED),)), "material_unknown"),
    ],
)
def test_a_check_must_make_sense(work: SqlWork, file_id: int, check: ReturnCheck, code: str) -> None:
    _request, loan = lend(work, file_id)
    refused(code, lambda: check_return(work, KEEPER, loan.id or 0, check, NOW))
    assert loan.state is LoanState.LENT


def test_where_every_keeper_is_a_party_somebody_else_takes_a_file_back(
    work: SqlWork, files: dict[str, int]
) -> None:
    """The file of the HR manager, lent to the one keeper of her department."""
    file_id = next(number for number in files.values() if _subject(work, number) == HR.staff_no)
    _request, loan = lend(work, file_id, KEEPER)
    file = work.files.by_id(file_id)
    assert file is not None
    refused("own_file", lambda: check_return(work, HR, loan.id or 0, INTACT, NOW))
    assert [person.staff_no for person in receivers_of(work, loan.borrower_no, file)] == [
        OTHER_KEEPER.staff_no
    ]
    for gone, next_one in ((OTHER_KEEPER, STEWARD), (STEWARD, BOSS)):
        becomes(work, replace(gone, state=StaffState.LEFT))
        assert [person.staff_no for person in receivers_of(work, loan.borrower_no, file)] == [
            next_one.staff_no
        ]
    refused("role_required", lambda: check_return(work, LEADER, loan.id or 0, INTACT, NOW))
    assert check_return(work, BOSS, loan.id or 0, INTACT, NOW).state is LoanState.RETURNED


def test_what_nobody_could_take_back_is_not_lent(work: SqlWork, files: dict[str, int]) -> None:
    """The file of the HR manager, whose other takers have left, and who borrows it is the last of them."""
    file_id = next(number for number in files.values() if _subject(work, number) == HR.staff_no)
    for gone in (OTHER_KEEPER, STEWARD, BOSS):
        becomes(work, replace(gone, state=StaffState.LEFT))
    refused("nobody_receives", lambda: ask(work, KEEPER, file_id))
    becomes(work, BOSS)
    assert ask(work, KEEPER, file_id).id


def _subject(work: SqlWork, file_id: int) -> str:
    file = work.files.by_id(file_id)
    return file.subject_no if file else ""


def test_nobody_checks_their_own_loan(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id, KEEPER)
    refused("own_loan", lambda: check_return(work, KEEPER, loan.id or 0, INTACT, NOW))
    refused("role_required", lambda: check_return(work, LEADER, loan.id or 0, INTACT, NOW))
    refused(
        "own_file", lambda: check_return(work, replace(COLLEAGUE, roles=HR.roles), loan.id or 0, INTACT, NOW)
    )
    check_return(work, HR, loan.id or 0, INTACT, NOW)


def test_an_incident_holds_the_file_until_a_third_person_closes_it(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    damaged = ReturnCheck(Condition.DAMAGED, PAGES, (), "e1 水渍")
    check_return(work, HR, loan.id or 0, damaged, NOW)
    [incident] = work.incidents.open(limit=9)
    assert work.files.by_id(file_id).state is FileState.UNDER_INSPECTION  # type: ignore[union-attr]
    refused("file_not_lendable", lambda: ask(work, LEADER, file_id))
    close = lambda who: close_incident(work, who, incident.id or 0, Verdict.MENDED, "已修复", NOW)  # noqa: E731
    refused("own_incident", lambda: close(HR))
    refused("role_required", lambda: close(KEEPER))
    close(BOSS)
    refused("incident_closed", lambda: close(BOSS))
    assert work.files.by_id(file_id).state is FileState.SHELVED  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        (Condition.PAGES_MISSING, FileState.UNDER_INSPECTION),
        (Condition.DAMAGED, FileState.UNDER_INSPECTION),
        (Condition.LOST, FileState.MISSING),
    ],
)
def test_what_is_found_on_the_shelf_sets_the_file_aside(
    work: SqlWork, file_id: int, condition: Condition, state: FileState
) -> None:
    refused("reason_required", lambda: report_incident(work, KEEPER, file_id, condition, " ", NOW))
    refused("other_unit", lambda: report_incident(work, OTHER_KEEPER, file_id, condition, "发霉", NOW))
    report_incident(work, KEEPER, file_id, condition, "发霉", NOW)
    file = work.files.by_id(file_id)
    assert file is not None
    assert file.state is state
    code = "file_move" if state is FileState.MISSING else "incident_open"
    refused(code, lambda: move_file(work, KEEPER, file_id, state, FileState.SHELVED, "", NOW))


def test_a_missing_file_is_found_or_lost_and_never_usable_as_it_is(work: SqlWork, file_id: int) -> None:
    incident = report_incident(work, HR, file_id, Condition.LOST, "盘点未找到", NOW)
    file = work.files.by_id(file_id)
    assert file is not None
    assert [person.staff_no for person in may_close(work, incident, file)] == [BOSS.staff_no]
    close = lambda verdict: close_incident(work, BOSS, incident.id or 0, verdict, "已查", NOW)  # noqa: E731
    refused("file_missing", lambda: close(Verdict.ACCEPTED))
    close(Verdict.MENDED)
    assert file.state is FileState.SHELVED


def test_an_incident_to_which_hr_and_the_general_manager_are_party_goes_to_administration(
    work: SqlWork, file_id: int
) -> None:
    """The general manager borrowed the file, HR's manager took it back."""
    _request, loan = lend(work, file_id, BOSS)
    check_return(work, HR, loan.id or 0, ReturnCheck(Condition.DAMAGED, PAGES, (), "e1 水渍"), NOW)
    [incident] = work.incidents.open(limit=9)
    file = work.files.by_id(file_id)
    assert file is not None
    assert [person.staff_no for person in may_close(work, incident, file)] == [STEWARD.staff_no]
    close = lambda who: close_incident(work, who, incident.id or 0, Verdict.MENDED, "已修复", NOW)  # noqa: E731
    for party in (HR, BOSS):
        refused("own_incident", lambda who=party: close(who))  # type: ignore[misc]
    refused("role_required", lambda: close(LEADER))
    close(STEWARD)
    assert file.state is FileState.SHELVED


def test_administration_closes_no_incident_that_hr_can_close(work: SqlWork, file_id: int) -> None:
    incident = report_incident(work, KEEPER, file_id, Condition.DAMAGED, "封皮破损", NOW)
    refused(
        "role_required",
        lambda: close_incident(work, STEWARD, incident.id or 0, Verdict.MENDED, "已修复", NOW),
    )


def test_a_renewal_adds_days_and_is_used_up(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    due = loan.due_on
    refused(
        "renewal_too_long", lambda: renew_loan(work, BORROWER, loan.id or 0, due + timedelta(days=8), "", NOW)
    )
    refused("renewal_not_later", lambda: renew_loan(work, BORROWER, loan.id or 0, due, "", NOW))
    renewal = renew_loan(work, BORROWER, loan.id or 0, None, "", NOW)
    assert renew_loan(work, BORROWER, loan.id or 0, None, "", NOW).id == renewal.id
    step = open_step(work, renewal.id or 0)
    assert step is not None
    approve_step(work, HR, step[0], NOW)
    assert (renewal.state, loan.due_on, loan.extended) == (RequestState.DONE, due + timedelta(days=7), 1)
    refused("renewals_used", lambda: renew_loan(work, BORROWER, loan.id or 0, None, "", NOW))


def test_a_renewal_goes_back_where_the_day_has_been_changed(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    renewal = renew_loan(work, BORROWER, loan.id or 0, None, "", NOW)
    change_due(work, HR, loan.id or 0, TODAY + timedelta(days=1), "巡察组调阅", NOW)
    assert renewal.state is RequestState.LAPSED
    assert loan.due_on == TODAY + timedelta(days=1)


def test_hr_never_changes_the_day_of_their_own_loan(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id, HR)
    refused("own_loan", lambda: change_due(work, HR, loan.id or 0, TODAY, "急", NOW))
    refused("role_required", lambda: change_due(work, KEEPER, loan.id or 0, TODAY, "急", NOW))


def test_whoever_waits_is_told_once_the_file_is_back(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    refused("own_file", lambda: wait_for_file(work, COLLEAGUE, file_id, NOW))
    assert wait_for_file(work, LEADER, file_id, NOW) == 1
    assert wait_for_file(work, OTHER_KEEPER, file_id, NOW) == 2
    refused("waiting_already", lambda: wait_for_file(work, LEADER, file_id, NOW))
    becomes(work, replace(LEADER, state=StaffState.LEFT))
    check_return(work, KEEPER, loan.id or 0, INTACT, NOW)
    told = [event.staff_no for event in work.events if isinstance(event, FileFree)]
    assert told == [OTHER_KEEPER.staff_no]
    refused("file_free", lambda: wait_for_file(work, BOSS, file_id, NOW))


def test_whoever_has_left_the_list_is_not_told(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    refused("not_waiting", lambda: stop_waiting(work, LEADER, file_id))
    wait_for_file(work, LEADER, file_id, NOW)
    wait_for_file(work, OTHER_KEEPER, file_id, NOW)
    stop_waiting(work, LEADER, file_id)
    assert (place_of(work, LEADER, file_id), place_of(work, OTHER_KEEPER, file_id)) == (0, 1)
    check_return(work, KEEPER, loan.id or 0, INTACT, NOW)
    assert free_for(work) == [OTHER_KEEPER.staff_no]


def test_whoever_waits_is_told_once_an_incident_is_closed(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    wait_for_file(work, LEADER, file_id, NOW)
    check_return(work, KEEPER, loan.id or 0, ReturnCheck(Condition.DAMAGED, PAGES, (), "e1 水渍"), NOW)
    assert not free_for(work)
    [incident] = work.incidents.open(limit=9)
    close_incident(work, HR, incident.id or 0, Verdict.MENDED, "已修复", NOW)
    assert free_for(work) == [LEADER.staff_no]


def test_whoever_waits_is_told_once_a_file_is_put_back_by_hand(work: SqlWork, file_id: int) -> None:
    shelved, away = FileState.SHELVED, FileState.IN_TRANSFER
    move_file(work, KEEPER, file_id, shelved, away, "调档", NOW)
    wait_for_file(work, LEADER, file_id, NOW)
    move_file(work, KEEPER, file_id, away, shelved, "", NOW)
    assert free_for(work) == [LEADER.staff_no]
    move_file(work, KEEPER, file_id, shelved, away, "调档", NOW)
    move_file(work, KEEPER, file_id, away, FileState.TRANSFERRED_OUT, "已收回执", NOW)
    refused("file_not_lendable", lambda: wait_for_file(work, BOSS, file_id, NOW))


def test_the_next_is_told_where_the_first_does_not_come(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    wait_for_file(work, LEADER, file_id, NOW)
    wait_for_file(work, OTHER_KEEPER, file_id, NOW)
    check_return(work, KEEPER, loan.id or 0, INTACT, NOW)
    pass_on(work, NOW + timedelta(days=2))
    assert free_for(work) == [LEADER.staff_no]
    pass_on(work, NOW + timedelta(days=3))
    assert free_for(work) == [LEADER.staff_no, OTHER_KEEPER.staff_no]
    pass_on(work, NOW + timedelta(days=9))
    assert len(free_for(work)) == 2


def free_for(work: SqlWork) -> list[str]:
    """Give who was told that a file can be had."""
    return [event.staff_no for event in work.events if isinstance(event, FileFree)]


def test_a_file_that_nobody_fetches_is_free_again(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    assert lapse_loans(work, NOW + timedelta(days=3)) == 0
    assert lapse_loans(work, NOW + timedelta(days=4)) == 1
    assert (request.state, loan_about(work, request).state) == (RequestState.LAPSED, LoanState.LAPSED)
    ask(work, LEADER, file_id)


def test_what_was_approved_is_not_fetched_after_its_own_day(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id, days=1)
    approve_all(work, request)
    assert lapse_loans(work, NOW + timedelta(days=1)) == 0
    assert lapse_loans(work, NOW + timedelta(days=2)) == 1
    assert request.state is RequestState.LAPSED


@pytest.mark.parametrize(("learnt", "mend"), [("relative", ["file"]), ("secret", ["file", "due"])])
def test_what_is_learnt_of_a_file_after_the_approval_sends_the_loan_back(
    work: SqlWork, file_id: int, learnt: str, mend: list[str]
) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    if learnt == "relative":
        declare_relative(work, COLLEAGUE, COLLEAGUE.staff_no, BORROWER.staff_no, "姻亲", NOW)
    else:
        file = work.files.by_id(file_id)
        assert file is not None
        file.secrecy = Secrecy.SECRET
        work.files.save(file)
    loan = count_as_borrower(work, BORROWER, loan_about(work, request).id or 0, PAGES, NOW)
    assert (request.state, request.mend) == (RequestState.RETURNED, mend)
    assert (loan.state, loan.borrower_at) == (LoanState.PENDING, None)


def test_a_request_whose_day_has_gone_by_goes_back_and_then_lapses(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id, days=1)
    assert lapse_loans(work, NOW + timedelta(days=2)) == 1
    assert (request.state, request.mend) == (RequestState.RETURNED, ["due"])
    assert lapse_loans(work, NOW + timedelta(days=3)) == 0
    assert lapse_loans(work, NOW + timedelta(days=6)) == 1
    assert request.state is RequestState.LAPSED
    assert work.loans.active_of(file_id) is None


def test_a_returned_request_that_nobody_mends_keeps_the_file_from_nobody_for_long(
    work: SqlWork, file_id: int
) -> None:
    request = ask(work, BORROWER, file_id, days=14)
    step = open_step(work, request.id or 0)
    assert step is not None
    return_step(work, LEADER, step[0], "请写明事由", ["purpose"], NOW)
    wait_for_file(work, OTHER_KEEPER, file_id, NOW)
    assert lapse_loans(work, NOW + timedelta(days=3, seconds=-1)) == 0
    assert lapse_loans(work, NOW + timedelta(days=3)) == 1
    assert (request.state, loan_about(work, request).state) == (RequestState.LAPSED, LoanState.LAPSED)
    assert any(isinstance(event, RequestLapsed) for event in work.events)
    assert free_for(work) == [OTHER_KEEPER.staff_no]
    assert lapse_loans(work, NOW + timedelta(days=4)) == 0


def test_a_returned_request_that_was_mended_does_not_lapse(work: SqlWork, file_id: int) -> None:
    request, file = ask(work, BORROWER, file_id, days=14), work.files.by_id(file_id)
    step = open_step(work, request.id or 0)
    assert step is not None
    assert file is not None
    return_step(work, LEADER, step[0], "归还日期太晚", ["due"], NOW)
    terms = terms_of(file_id, days=13)
    repropose_loan(work, BORROWER, request.id or 0, 1, terms, content_of(file, terms), NOW)
    assert lapse_loans(work, NOW + timedelta(days=9)) == 0
    assert request.state is RequestState.PENDING


def test_a_loan_of_a_file_that_was_sealed_meanwhile_is_mended_with_a_reason(
    work: SqlWork, file_id: int
) -> None:
    request, file = ask(work, BORROWER, file_id), work.files.by_id(file_id)
    step = open_step(work, request.id or 0)
    assert step is not None
    assert file is not None
    return_step(work, LEADER, step[0], "归还日期太晚", ["due"], NOW)
    put_file(work, file, FileState.SEALED, HR.staff_no, "", NOW)

    def mends(about: PersonnelFile, **more: Any) -> Request:
        terms = terms_of(about.id or 0, days=3, **more)
        content = {**content_of(about, terms), **more}
        return repropose_loan(work, BORROWER, request.id or 0, 1, terms, content, NOW)

    refused("unsealing_reason", lambda: mends(file))
    other = add_file(work, LEADER, FileKind.MANAGEMENT)
    refused("not_named_for_mending", lambda: mends(other, unsealing="劳动仲裁举证"))
    assert mends(file, unsealing="劳动仲裁举证").state is RequestState.PENDING


def test_a_borrowers_look_leaves_an_entry_for_each_file_asked_for(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id, purpose="p1", told="职称评审")
    other = add_file(work, LEADER, FileKind.MANAGEMENT)
    step = open_step(work, request.id or 0)
    assert step is not None
    return_step(work, LEADER, step[0], "借错了", ["file", "purpose"], NOW)
    terms = terms_of(other.id or 0, purpose="转正审核")
    repropose_loan(work, BORROWER, request.id or 0, 1, terms, content_of(other, terms), NOW)
    for looked, purpose in ((file_id, "职称评审"), (other.id or 0, "转正审核")):
        [entry] = work.files.accesses(looked, limit=9)
        assert (entry.actor_no, entry.look) == (BORROWER.staff_no, Look.LOAN)
        assert entry.purpose == f"{request.number} {purpose}"


def test_a_list_leaves_one_entry_a_person_and_day(work: SqlWork) -> None:
    for person in (KEEPER, KEEPER, HR):
        note_list(work, person, "借出清单", NOW)
    note_list(work, KEEPER, "今日应还", NOW)
    note_list(work, KEEPER, "借出清单", NOW + timedelta(days=1))
    found = work.connection.exec_driver_sql("SELECT actor_no, purpose FROM file_access ORDER BY id")
    assert [tuple(row) for row in found] == [
        (KEEPER.staff_no, "借出清单"),
        (HR.staff_no, "借出清单"),
        (KEEPER.staff_no, "今日应还"),
        (KEEPER.staff_no, "借出清单"),
    ]


def test_leaving_ends_requests_and_waits_for_files(work: SqlWork, files: dict[str, int]) -> None:
    _lent, loan = lend(work, files["RS-0007"])
    asked = ask(work, BORROWER, files["RS-0005"])
    becomes(work, replace(BORROWER, state=StaffState.LEFT))
    begin_leaving(work, {BORROWER.staff_no}, NOW)
    assert asked.state is RequestState.LAPSED
    error = refused("files_still_out", lambda: finish_leaving(work, HR, BORROWER.staff_no, NOW))
    assert error.params["numbers"] == [loan.number]
    refused("role_required", lambda: finish_leaving(work, LEADER, BORROWER.staff_no, NOW))
    check_return(work, KEEPER, loan.id or 0, INTACT, NOW)
    finish_leaving(work, HR, BORROWER.staff_no, NOW)
    assert work.files.by_id(files["RS-0006"]).state is FileState.SEALED  # type: ignore[union-attr]
    refused("leaving_unknown", lambda: finish_leaving(work, HR, BORROWER.staff_no, NOW))


def test_a_file_that_was_wanted_when_its_person_left_is_sealed_afterwards(
    work: SqlWork, file_id: int
) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    becomes(work, replace(COLLEAGUE, state=StaffState.LEFT))
    begin_leaving(work, {COLLEAGUE.staff_no}, NOW)
    finish_leaving(work, HR, COLLEAGUE.staff_no, NOW)
    file = work.files.by_id(file_id)
    assert file is not None
    assert file.state is FileState.SHELVED
    lapse_loans(work, NOW + timedelta(days=4))
    assert file.state is FileState.SEALED


def test_only_the_borrower_announces_a_return(work: SqlWork, file_id: int) -> None:
    _request, loan = lend(work, file_id)
    refused("loan_unknown", lambda: announce_return(work, LEADER, loan.id or 0, NOW))
    announce_return(work, BORROWER, loan.id or 0, NOW)
    told = len(work.events)
    announce_return(work, BORROWER, loan.id or 0, NOW + timedelta(minutes=5))
    assert len(work.events) == told


def test_inside_reading_is_for_hr_and_the_persons_own_head(work: SqlWork) -> None:
    file = add_file(work, COLLEAGUE, FileKind.MANAGEMENT)
    for reader, steps in ((LEADER, 2), (KEEPER, 2), (BORROWER, 3)):
        with work.connection.begin_nested() as savepoint:
            request = ask(work, reader, file.id or 0, mode=LoanMode.READ)
            assert len(work.requests.steps(request.id or 0, 1)) == steps, reader.name
            savepoint.rollback()
        work.session.expunge_all()
    paper = work.files.of_subjects(["YH0007"])[0]
    assert paper.kind is FileKind.PERSONNEL
    request = ask(work, KEEPER, paper.id or 0, mode=LoanMode.READ)
    assert len(work.requests.steps(request.id or 0, 1)) == 3


def test_a_keeper_who_has_the_role_no_more_cannot_have_confirmed(work: SqlWork, file_id: int) -> None:
    request = ask(work, BORROWER, file_id)
    approve_all(work, request)
    step = open_step(work, request.id or 0)
    assert step is not None
    loan = count_as_keeper(work, KEEPER, step[0], PAGES, NOW)
    becomes(work, replace(KEEPER, roles=frozenset({Role.EMPLOYEE})))
    count_as_borrower(work, BORROWER, loan.id or 0, PAGES, NOW)
    assert (loan.state, loan.keeper_no) == (LoanState.APPROVED, "")
