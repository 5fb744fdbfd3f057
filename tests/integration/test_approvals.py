"""Requests on their way through their route, on real databases: authority, versions, races, and vacancies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine

from domain.approvals.acts import Filing as RequestFiling
from domain.approvals.acts import (
    approve_step,
    record_outcome,
    reject_step,
    return_step,
    submit_request,
    withdraw_request,
)
from domain.approvals.requests import Desk, Request, RequestKind, RequestState, StepState
from domain.approvals.routes import Act, StepRule
from domain.approvals.taking import REASON_LENGTH
from domain.customers import CustomerState, refile_customer
from domain.errors import Refused
from domain.events import RequestSubmitted, RequestWithdrawn, StepDecided, StepOpened, StepUncovered
from domain.people import Employee, Role
from storage.unit_of_work import SqlWork
from tests.support.company import (
    ADMIN,
    BOSS,
    CLERK,
    LEAVER,
    MANAGER,
    OTHER_CLERK,
    OTHER_REP,
    REP,
    at,
    change_roles,
    content,
    facts,
    file,
    leave,
    put,
    rules,
    settle_in,
    step_of,
    transaction,
    unbind,
    work_on,
)
from tests.support.database import NOW, race, rows, scalar

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def company(engine: Engine) -> Engine:
    with engine.begin() as connection:
        settle_in(connection)
    return engine


@pytest.fixture
def filed(company: Engine) -> Request:
    with transaction(company) as work:
        return file(work)


def refused(code: str, act: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as raised:
        act()
    assert raised.value.code == code
    return raised.value


def approved(engine: Engine, request: Request, *actors: Employee) -> Request:
    """Approve the open step, once for each actor."""
    for actor in actors:
        with transaction(engine) as work:
            present = work.requests.by_id(request.id or 0)
            assert present is not None
            request = approve_step(work, actor, at(present), LATER)
    return request


def queue(work: SqlWork, *staff: Employee) -> list[int]:
    return [sum(work.requests.count_waiting_at([Desk(employee.staff_no)]).values()) for employee in staff]


# --- the whole way ---------------------------------------------------------------------------------------


def test_a_request_goes_through_its_three_steps_until_the_customer_may_order(company: Engine) -> None:
    with transaction(company) as work:
        request = file(work)
        assert request.number == "KH-20261123-0001"
        assert [type(event) for event in work.events] == [RequestSubmitted, StepOpened]
        assert step_of(work, request).assignees == [CLERK.staff_no, OTHER_CLERK.staff_no]
        assert queue(work, CLERK, OTHER_CLERK, MANAGER, REP) == [1, 1, 0, 0]
    with transaction(company) as work:
        approve_step(work, CLERK, at(request), LATER)
        assert [type(event) for event in work.events] == [StepDecided, StepOpened]
        assert queue(work, CLERK, OTHER_CLERK, MANAGER, REP) == [0, 0, 1, 0]
    with transaction(company) as work:
        request = approve_step(work, MANAGER, at(request, 1), LATER)
        assert request.state is RequestState.APPROVED
        customer = work.customers.by_id(request.subject_id or 0)
        assert customer is not None
        assert (customer.state, customer.state.may_order) == (CustomerState.PENDING, False)
        assert queue(work, CLERK, OTHER_CLERK, MANAGER, REP) == [1, 1, 0, 0]
    with transaction(company) as work:
        request = record_outcome(work, OTHER_CLERK, at(request, 2), "KH0081", LATER)
        assert queue(work, CLERK, OTHER_CLERK, MANAGER, REP) == [0, 0, 0, 0]
    with transaction(company) as work:
        stored = work.requests.by_number("KH-20261123-0001")
        assert stored is not None
        assert (stored.state, stored.outcome, stored.closed_at) == (RequestState.DONE, "KH0081", LATER)
        customer = work.customers.by_erp_no("KH0081")
        assert customer is not None
        assert customer.state.may_order
        decided = [(s.state, s.decided_by) for s in work.requests.all_steps(stored.id or 0)]
    assert decided == [
        (StepState.APPROVED, CLERK.staff_no),
        (StepState.APPROVED, MANAGER.staff_no),
        (StepState.EXECUTED, OTHER_CLERK.staff_no),
    ]


def test_every_change_is_in_the_audit_log_with_the_content_it_binds_to(company: Engine) -> None:
    request = approved(company, _file(company), CLERK)
    with company.begin() as connection:
        entries = rows(connection, "SELECT actor_no, action, subject FROM audit ORDER BY seq")
        submitted, decided = rows(connection, "SELECT after FROM audit ORDER BY seq")
    assert entries == [
        (REP.staff_no, "request_submitted", request.number),
        (CLERK.staff_no, "step_approved", request.number),
    ]
    fingerprint = submitted[0].split('"content":"')[1][:64]
    assert fingerprint in decided[0]


def _file(engine: Engine, rep: Employee = REP, **about: object) -> Request:
    with transaction(engine) as work:
        return file(work, rep, **about)  # type: ignore[arg-type]


def test_an_executing_step_is_not_approved_and_an_approving_step_not_recorded(company: Engine) -> None:
    request = _file(company)
    with transaction(company) as work:
        refused("not_yet_approved", lambda: record_outcome(work, CLERK, at(request), "KH0081", NOW))
    request = approved(company, request, CLERK, MANAGER)
    with transaction(company) as work:
        refused("outcome_required", lambda: approve_step(work, CLERK, at(request), NOW))


# --- refusing and withdrawing ----------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_rejecting_and_returning_need_a_reason(company: Engine, filed: Request, reason: str) -> None:
    with transaction(company) as work:
        refused("reason_required", lambda: reject_step(work, CLERK, at(filed), reason, NOW))
        refused("reason_required", lambda: return_step(work, CLERK, at(filed), reason, ["name"], NOW))


def test_a_reason_has_a_limit(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        refused("reason_too_long", lambda: reject_step(work, CLERK, at(filed), "长" * 501, NOW))
        reject_step(work, CLERK, at(filed), "长" * REASON_LENGTH, NOW)


def test_a_rejected_request_is_closed_and_its_customer_declined(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        reject_step(work, CLERK, at(filed), "资料不符", LATER)
        assert queue(work, CLERK, OTHER_CLERK, MANAGER) == [0, 0, 0]
    with transaction(company) as work:
        stored = work.requests.by_id(filed.id or 0)
        assert stored is not None
        assert (stored.state, stored.closed_at) == (RequestState.REJECTED, LATER)
        customer = work.customers.by_id(filed.subject_id or 0)
        assert customer is not None
        assert customer.state is CustomerState.DECLINED
        states = [step.state for step in work.requests.all_steps(filed.id or 0)]
        assert states == [StepState.REJECTED, StepState.CANCELLED, StepState.CANCELLED]
        assert work.requests.steps(filed.id or 0, 1)[0].reason == "资料不符"
        late = refused("already_decided", lambda: approve_step(work, OTHER_CLERK, at(filed, 0), NOW))
        assert (late.params["by"], late.params["mine"]) == (CLERK.staff_no, False)


def test_the_applicant_may_withdraw_while_it_waits(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        withdraw_request(work, REP, filed.id or 0, 1, LATER)
        assert [type(event) for event in work.events] == [RequestWithdrawn]
        assert queue(work, CLERK, OTHER_CLERK) == [0, 0]
    with transaction(company) as work:
        late = refused("request_closed", lambda: approve_step(work, CLERK, at(filed), NOW))
        assert late.params["state"] is RequestState.WITHDRAWN
        refused("request_closed", lambda: withdraw_request(work, REP, filed.id or 0, 1, NOW))


def test_nobody_withdraws_another_persons_request(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        refused("request_unknown", lambda: withdraw_request(work, CLERK, filed.id or 0, 1, NOW))


def test_what_is_approved_can_no_longer_be_withdrawn(company: Engine, filed: Request) -> None:
    approved(company, filed, CLERK, MANAGER)
    with transaction(company) as work:
        refused("already_approved", lambda: withdraw_request(work, REP, filed.id or 0, 1, NOW))


# --- returning and mending -------------------------------------------------------------------------------


def returned(engine: Engine, request: Request, *fields: str) -> Request:
    approved(engine, request, CLERK)
    with transaction(engine) as work:
        return return_step(work, MANAGER, at(request, 1), "联系人有误", list(fields), LATER)


def refile(work: SqlWork, request: Request, **changed: object) -> Request:
    stated = facts(**changed)  # type: ignore[arg-type]
    answers = content(stated.name, contact=stated.contact)
    return refile_customer(work, REP, request.id or 0, request.version, stated, answers, LATER)


def test_returning_names_fields(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        refused("fields_required", lambda: return_step(work, CLERK, at(filed), "请补充", [], NOW))
    request = returned(company, filed, "contact")
    assert (request.state, request.mend) == (RequestState.RETURNED, ["contact"])


def test_only_what_was_named_may_be_mended(company: Engine, filed: Request) -> None:
    request = returned(company, filed, "contact")
    with transaction(company) as work:
        with pytest.raises(Refused) as raised, work.attempt():
            refile(work, request, name="佛山市恒锐精工有限公司")
        assert (raised.value.code, raised.value.params) == ("not_named_for_mending", {"fields": ["name"]})
    with transaction(company) as work:
        stored = work.requests.by_id(filed.id or 0)
        assert stored is not None
        assert (stored.state, stored.version, stored.content["name"]) == (
            RequestState.RETURNED,
            1,
            "佛山市恒锐五金制品有限公司",
        )


def test_a_field_may_not_be_smuggled_in_or_left_out(company: Engine, filed: Request) -> None:
    request = returned(company, filed, "contact")
    for answers in ({**content(), "grade": "A"}, {"name": content()["name"], "contact": "李四"}):
        with transaction(company) as work, pytest.raises(Refused) as raised, work.attempt():
            refile_customer(work, REP, request.id or 0, 1, facts(), answers, LATER)
        assert raised.value.code == "not_named_for_mending"


def test_a_mended_request_starts_again_at_its_first_step_as_version_two(
    company: Engine, filed: Request
) -> None:
    request = returned(company, filed, "contact")
    with transaction(company) as work:
        request = refile(work, request, contact="李四")
        assert [type(event) for event in work.events] == [RequestSubmitted, StepOpened]
    with transaction(company) as work:
        stored = work.requests.by_id(filed.id or 0)
        assert stored is not None
        assert (stored.state, stored.version, stored.position) == (RequestState.PENDING, 2, 0)
        assert (stored.former["contact"], stored.content["contact"]) == ("陈志强", "李四")
        assert stored.mend == []
        customer = work.customers.by_id(filed.subject_id or 0)
        assert customer is not None
        assert customer.contact == "李四"
        assert queue(work, CLERK, OTHER_CLERK, MANAGER) == [1, 1, 0]
        assert len(work.requests.all_steps(filed.id or 0)) == 6
    request = approved(company, stored, OTHER_CLERK, MANAGER)
    assert request.state is RequestState.APPROVED


def test_taps_on_an_older_version_are_refused(company: Engine, filed: Request) -> None:
    request = returned(company, filed, "contact")
    with transaction(company) as work:
        refile(work, request, contact="李四")
    with transaction(company) as work:
        was_done = refused("already_decided", lambda: approve_step(work, CLERK, at(filed, 0, 1), NOW))
        assert was_done.params["mine"]
        refused("version_changed", lambda: approve_step(work, CLERK, at(filed, 2, 1), NOW))
        refused("version_changed", lambda: withdraw_request(work, REP, filed.id or 0, 1, NOW))
        refused(
            "version_changed", lambda: refile_customer(work, REP, filed.id or 0, 1, facts(), content(), NOW)
        )


def test_a_version_that_does_not_exist_yet_is_refused(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        refused("version_changed", lambda: approve_step(work, CLERK, at(filed, 0, 2), NOW))
        refused("not_your_step", lambda: approve_step(work, CLERK, at(filed, 7), NOW))


def test_while_it_is_returned_nobody_approves(company: Engine, filed: Request) -> None:
    returned(company, filed, "contact")
    with transaction(company) as work:
        refused("request_closed", lambda: approve_step(work, CLERK, at(filed, 2), NOW))
        assert queue(work, CLERK, OTHER_CLERK, MANAGER) == [0, 0, 0]


def test_a_returned_request_may_be_withdrawn(company: Engine, filed: Request) -> None:
    returned(company, filed, "contact")
    with transaction(company) as work:
        withdraw_request(work, REP, filed.id or 0, 1, LATER)
    with transaction(company) as work:
        customer = work.customers.by_id(filed.subject_id or 0)
        assert customer is not None
        assert customer.state is CustomerState.DECLINED


# --- twice and at once -----------------------------------------------------------------------------------


def test_approving_twice_says_that_one_has_done_so(company: Engine, filed: Request) -> None:
    approved(company, filed, CLERK)
    with transaction(company) as work:
        again = refused("already_decided", lambda: approve_step(work, CLERK, at(filed, 0), NOW))
        assert (again.params["mine"], again.params["state"]) == (True, StepState.APPROVED)
        other = refused("already_decided", lambda: approve_step(work, OTHER_CLERK, at(filed, 0), NOW))
        assert (other.params["mine"], other.params["by"]) == (False, CLERK.staff_no)
        assert other.params["at"] == LATER


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_who_decide_at_once_exactly_one_wins(company: Engine, filed: Request, attempt: int) -> None:
    def approve(actor: Employee) -> Callable[[Connection], Request]:
        return lambda connection: approve_step(work_on(connection), actor, at(filed), LATER)

    def reject(actor: Employee) -> Callable[[Connection], Request]:
        return lambda connection: reject_step(work_on(connection), actor, at(filed), "不符", LATER)

    outcomes = race(company, approve(CLERK), reject(OTHER_CLERK), approve(CLERK), approve(OTHER_CLERK))
    losers = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert len(losers) == 3
    with transaction(company) as work:
        winner = work.requests.steps(filed.id or 0, 1)[0].decided_by
        assert scalar(work.connection, "SELECT count(*) FROM audit WHERE action LIKE 'step_%'") == 1
    for loser in losers:
        assert isinstance(loser, Refused), repr(loser)
        assert (loser.code, loser.params["by"]) == ("already_decided", winner)


def test_approving_and_withdrawing_at_once_end_in_one_state(company: Engine, filed: Request) -> None:
    outcomes = race(
        company,
        lambda connection: approve_step(work_on(connection), CLERK, at(filed), LATER),
        lambda connection: withdraw_request(work_on(connection), REP, filed.id or 0, 1, LATER),
    )
    with transaction(company) as work:
        stored = work.requests.by_id(filed.id or 0)
        steps = work.requests.steps(filed.id or 0, 1)
        assert stored is not None
        assert stored.state is RequestState.WITHDRAWN  # it may be withdrawn before and after the first step
        assert not any(step.state is StepState.OPEN for step in steps)
        assert queue(work, CLERK, OTHER_CLERK, MANAGER) == [0, 0, 0]
    codes = [outcome.code for outcome in outcomes if isinstance(outcome, Refused)]
    assert codes in ([], ["request_closed"])


def test_numbers_are_unique_when_many_file_at_once(company: Engine) -> None:
    def submit(number: int) -> Callable[[Connection], str]:
        filing = RequestFiling(RequestKind.NEW_CUSTOMER, f"draft{number}", "某公司", content())
        return lambda connection: submit_request(work_on(connection), REP, filing, NOW).number

    numbers = race(company, *(submit(number) for number in range(8)))
    assert sorted(map(str, numbers)) == [f"KH-20261123-{n:04}" for n in range(1, 9)]


def test_numbers_begin_anew_each_day_of_the_companys_own_time_zone(company: Engine) -> None:
    before_midnight = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    first = _file(company, name="甲乙五金有限公司", now=before_midnight)
    second = _file(company, name="丙丁机电有限公司", phone="13900139000", now=before_midnight)
    third = _file(
        company, name="戊己塑胶有限公司", phone="13700137000", now=before_midnight + timedelta(seconds=1)
    )
    assert [first.number, second.number, third.number] == [
        "KH-20261123-0001",
        "KH-20261123-0002",
        "KH-20261124-0001",
    ]


def test_a_draft_that_is_submitted_twice_is_one_request(company: Engine) -> None:
    first = _file(company, draft="abc123abc123")
    second = _file(company, draft="abc123abc123")
    assert first.number == second.number
    with company.begin() as connection:
        assert scalar(connection, "SELECT count(*) FROM requests") == 1
        assert scalar(connection, "SELECT count(*) FROM customers") == 1


def test_a_draft_that_is_submitted_twice_at_once_is_one_request(company: Engine) -> None:
    outcomes = race(
        company,
        *(lambda connection: file(work_on(connection), draft="abc123abc123").number for _ in range(4)),
    )
    assert outcomes == ["KH-20261123-0001"] * 4


# --- authority -------------------------------------------------------------------------------------------


def test_nobody_approves_their_own_request_directly(company: Engine) -> None:
    with company.begin() as connection:
        both = change_roles(connection, CLERK, Role.SALES_ADMIN, Role.SALES_REP)
    request = _file(company, both)
    with transaction(company) as work:
        assert step_of(work, request).assignees == [OTHER_CLERK.staff_no]
        refused("own_request", lambda: approve_step(work, both, at(request), NOW))
    request = approved(company, request, OTHER_CLERK, MANAGER)
    with transaction(company) as work:
        assert step_of(work, request).assignees == [OTHER_CLERK.staff_no]
        refused("own_request", lambda: record_outcome(work, both, at(request), "KH0081", NOW))


def test_a_managers_own_request_goes_to_her_superior_and_the_card_can_say_so(company: Engine) -> None:
    request = approved(company, _file(company, MANAGER), CLERK)
    with transaction(company) as work:
        step = step_of(work, request, 1)
        assert (step.assignees, step.note, step.instead_of) == (
            [BOSS.staff_no],
            "own_request",
            MANAGER.staff_no,
        )
        refused("own_request", lambda: approve_step(work, MANAGER, at(request), NOW))
    assert approved(company, request, BOSS).state is RequestState.APPROVED
    with company.begin() as connection:
        assert scalar(connection, f"SELECT count(*) FROM audit WHERE after LIKE '%{MANAGER.staff_no}%'") == 1


def test_nobody_approves_twice_in_one_round(company: Engine) -> None:
    policy = rules(
        StepRule(Act.REVIEW, "superior"),
        StepRule(Act.APPROVE, "role:market_manager"),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    )
    with transaction(company, policy) as work:
        request = file(work)
        assert step_of(work, request).assignees == [MANAGER.staff_no]
    request = approved(company, request, MANAGER)
    with transaction(company, policy) as work:
        step = step_of(work, request, 1)
        assert (step.assignees, step.note, step.instead_of) == (
            [BOSS.staff_no],
            "decided_before",
            MANAGER.staff_no,
        )
        refused("not_your_step", lambda: approve_step(work, MANAGER, at(request), NOW))


def test_carrying_out_is_no_decision_so_whoever_approved_may_do_it(company: Engine) -> None:
    request = approved(company, _file(company), CLERK, MANAGER)
    with transaction(company) as work:
        assert CLERK.staff_no in step_of(work, request).assignees


def test_a_vacant_role_goes_to_the_fallback_and_the_administrator_hears_of_it(company: Engine) -> None:
    with company.begin() as connection:
        leave(connection, MANAGER)
    with transaction(company) as work:
        request = file(work)
    with transaction(company) as work:
        request = approve_step(work, CLERK, at(request), NOW)
        step = step_of(work, request)
        assert (step.assignees, step.note) == ([BOSS.staff_no], "vacant")
        assert [type(event) for event in work.events] == [StepDecided, StepUncovered, StepOpened]
        uncovered = "SELECT count(*) FROM audit WHERE action = 'step_uncovered'"
        assert scalar(work.connection, uncovered) == 1
    assert approved(company, request, BOSS).state is RequestState.APPROVED


def test_an_approver_without_an_account_is_as_good_as_absent(company: Engine) -> None:
    with company.begin() as connection:
        unbind(connection, MANAGER)
    request = approved(company, _file(company), CLERK)
    with transaction(company) as work:
        assert step_of(work, request).note == "vacant"


def test_where_nobody_at_all_can_act_nothing_is_left_behind(company: Engine) -> None:
    with company.begin() as connection:
        for employee in (CLERK, OTHER_CLERK, BOSS):
            unbind(connection, employee)
    with transaction(company) as work:
        with pytest.raises(Refused) as raised, work.attempt():
            file(work)
        assert raised.value.code == "route_uncovered"
        assert work.events == []
    with company.begin() as connection:
        for table in ("requests", "steps", "step_queue", "customers", "customer_grams", "audit"):
            assert scalar(connection, f"SELECT count(*) FROM {table}") == 0, table
        assert scalar(connection, "SELECT count(*) FROM request_numbers") == 0


def test_after_a_refused_attempt_the_same_turn_may_go_on(company: Engine) -> None:
    filed = _file(company)
    with transaction(company) as work:
        with pytest.raises(Refused), work.attempt():
            file(work)  # the same company
        with work.attempt():
            approve_step(work, CLERK, at(filed), LATER)
        file(work, name="丙丁机电有限公司", phone="13900139000")
    with transaction(company) as work:
        assert [request.number for request in work.requests.filed_by(REP.staff_no, limit=9)] == [
            "KH-20261123-0002",
            "KH-20261123-0001",
        ]
        assert queue(work, CLERK, MANAGER) == [1, 1]


def test_a_role_that_was_taken_away_no_longer_counts(company: Engine, filed: Request) -> None:
    with company.begin() as connection:
        former = change_roles(connection, CLERK, Role.SALES_REP)
    with transaction(company) as work:
        refused("not_your_step", lambda: approve_step(work, former, at(filed), NOW))
        refused("not_your_step", lambda: reject_step(work, former, at(filed), "不符", NOW))


def test_a_fallback_who_lost_that_role_no_longer_counts(company: Engine) -> None:
    with company.begin() as connection:
        leave(connection, MANAGER)
    request = approved(company, _file(company), CLERK)
    with company.begin() as connection:
        former = change_roles(connection, BOSS, Role.SALES_REP)
    with transaction(company) as work:
        refused("not_your_step", lambda: approve_step(work, former, at(request), NOW))


def test_an_approver_who_left_no_longer_counts(company: Engine, filed: Request) -> None:
    with company.begin() as connection:
        gone = leave(connection, CLERK)
    with transaction(company) as work:
        refused("not_your_step", lambda: approve_step(work, gone, at(filed), NOW))
    approved(company, filed, OTHER_CLERK)


def test_somebody_who_got_the_role_later_does_not_take_a_step_opened_before(
    company: Engine, filed: Request
) -> None:
    with company.begin() as connection:
        fresh = change_roles(connection, OTHER_REP, Role.SALES_ADMIN)
    with transaction(company) as work:
        refused("request_unknown", lambda: approve_step(work, fresh, at(filed), NOW))


@pytest.mark.parametrize("outsider", [OTHER_REP, ADMIN, BOSS, LEAVER], ids=lambda person: person.name)
def test_absent_and_forbidden_sound_the_same(company: Engine, filed: Request, outsider: Employee) -> None:
    with transaction(company) as work:
        forbidden = refused("request_unknown", lambda: approve_step(work, outsider, at(filed), NOW))
        filed_nowhere = at(filed)
        absent = refused(
            "request_unknown",
            lambda: approve_step(work, outsider, type(filed_nowhere)(999_999, 1, 0), NOW),
        )
        assert (forbidden.code, forbidden.params) == (absent.code, absent.params)
        refused("request_unknown", lambda: withdraw_request(work, outsider, filed.id or 0, 1, NOW))


def test_the_applicant_cannot_take_a_step_before_it_opens(company: Engine, filed: Request) -> None:
    with transaction(company) as work:
        refused("request_unknown", lambda: approve_step(work, MANAGER, at(filed, 1), NOW))
        refused("not_your_step", lambda: approve_step(work, CLERK, at(filed, 1), NOW))


def test_only_a_sales_rep_files_a_customer(company: Engine) -> None:
    for employee in (CLERK, BOSS, LEAVER):
        with transaction(company) as work:
            refused("role_required", lambda who=employee: file(work, who))


def test_a_frozen_route_outlives_a_change_of_settings(company: Engine, filed: Request) -> None:
    short = rules(StepRule(Act.EXECUTE, "role:sales_admin"))
    with transaction(company, short) as work:
        request = approve_step(work, CLERK, at(filed), NOW)
        assert step_of(work, request).assignees == [MANAGER.staff_no]


# --- the outcome -----------------------------------------------------------------------------------------


def test_a_taken_erp_number_is_refused_and_the_step_stays_open(company: Engine) -> None:
    first = approved(company, _file(company), CLERK, MANAGER)
    with transaction(company) as work:
        record_outcome(work, CLERK, at(first), "KH0081", NOW)
    second = approved(company, _file(company, name="丙丁机电有限公司", phone="13900139000"), CLERK, MANAGER)
    with transaction(company) as work:
        with pytest.raises(Refused) as raised, work.attempt():
            record_outcome(work, CLERK, at(second), "kh0081", NOW)
        assert (raised.value.code, raised.value.params["name"]) == (
            "erp_no_taken",
            "佛山市恒锐五金制品有限公司",
        )
    with transaction(company) as work:
        record_outcome(work, CLERK, at(second), "KH0082", NOW)


def test_one_erp_number_recorded_twice_at_once_belongs_to_one_customer(company: Engine) -> None:
    first = approved(company, _file(company), CLERK, MANAGER)
    second = approved(company, _file(company, name="丙丁机电有限公司", phone="13900139000"), CLERK, MANAGER)

    def record(request: Request, actor: Employee) -> Callable[[Connection], Request]:
        return lambda connection: record_outcome(work_on(connection), actor, at(request), "KH0081", NOW)

    outcomes = race(company, record(first, CLERK), record(second, OTHER_CLERK))
    assert sum(isinstance(outcome, Exception) for outcome in outcomes) == 1
    with company.begin() as connection:
        assert scalar(connection, "SELECT count(*) FROM customers WHERE erp_no = 'KH0081'") == 1
        assert scalar(connection, "SELECT count(*) FROM requests WHERE state = 'done'") == 1


@pytest.mark.parametrize("typed", ["", "   ", "编号八十一", "KH 0081", "K" * 33])
def test_an_unreadable_erp_number_is_refused(company: Engine, filed: Request, typed: str) -> None:
    request = approved(company, filed, CLERK, MANAGER)
    with transaction(company) as work:
        with pytest.raises(Refused) as raised, work.attempt():
            record_outcome(work, CLERK, at(request), typed, NOW)
        assert raised.value.code == "erp_no_unreadable"


# --- lists -----------------------------------------------------------------------------------------------


def test_what_waits_comes_oldest_first_and_page_by_page(company: Engine) -> None:
    names = ("甲乙五金有限公司", "丙丁机电有限公司", "戊己塑胶有限公司")
    for index, name in enumerate(names):
        _file(company, name=name, phone=f"1380013800{index}")
    with transaction(company) as work:
        waiting = work.requests.waiting_at([Desk(CLERK.staff_no)], limit=2)
        assert [task.request.title for task in waiting] == list(names[:2])
        rest = work.requests.waiting_at([Desk(CLERK.staff_no)], limit=2, offset=2)
        assert [task.request.title for task in rest] == [names[2]]
        assert all(task.step.state is StepState.OPEN for task in waiting + rest)
        assert work.requests.count_waiting_at([Desk(CLERK.staff_no)]) == {RequestKind.NEW_CUSTOMER: 3}
        assert work.requests.count_filed_by(REP.staff_no) == 3


def test_ones_own_requests_come_with_what_needs_mending_first(company: Engine) -> None:
    first = _file(company)
    second = _file(company, name="丙丁机电有限公司", phone="13900139000")
    third = _file(company, name="戊己塑胶有限公司", phone="13700137000")
    with transaction(company) as work:
        reject_step(work, CLERK, at(third), "不符", NOW)
        return_step(work, CLERK, at(first), "请补充", ["contact"], NOW)
    with transaction(company) as work:
        own = work.requests.filed_by(REP.staff_no, limit=9)
        assert [request.number for request in own] == [first.number, second.number, third.number]
        assert work.requests.filed_by(OTHER_REP.staff_no, limit=9) == []


def test_a_rep_who_became_a_leaver_files_nothing_more(company: Engine) -> None:
    with company.begin() as connection:
        put(connection, REP)
        gone = leave(connection, REP)
    with transaction(company) as work:
        refused("role_required", lambda: file(work, gone))
