"""Reminders on real databases: each rule, once and in time, and silent once its object has closed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine

from bot.app import KINDS
from bot.i18n import load_languages
from bot.reminding import sweep_once
from bot.turn import Turns
from domain.approvals.acts import approve_step, return_step
from domain.approvals.delegations import delegate_approvals
from domain.approvals.requests import Request
from domain.calendar import CalendarOverride
from domain.customers import Customer, CustomerState
from domain.discounts import ChangeState, DiscountChange, Scope
from domain.errors import Refused
from domain.follow_ups import note_follow_up
from domain.loans.handovers import count_as_borrower, count_as_keeper
from domain.loans.incidents import Verdict, close_incident, report_incident
from domain.loans.leaving import begin_leaving, finish_leaving
from domain.loans.loans import Condition, Loan
from domain.loans.renewals import change_due
from domain.loans.returns import ReturnCheck, check_return
from domain.people import Employee, Role, StaffRecord, StaffState
from domain.personnel_files.materials import MaterialClass
from domain.personnel_files.reminding import finish_inspection
from domain.reminders.register import Reminder, Snooze
from domain.reminders.rules import Concern, ReminderRules, Rule
from domain.reminders.wishes import Later, mute_today, snooze_card, turn_rule
from handlers.router import Router
from storage.engine import create_write_engine
from storage.unit_of_work import SqlWork
from tests.support import archive
from tests.support.archive import (
    BORROWER,
    BOSS,
    COLLEAGUE,
    HR,
    KEEPER,
    LEADER,
    OTHER_KEEPER,
    PAGES,
    add_material,
    approve_all,
    ask,
    loan_about,
    open_step,
    settle_in,
)
from tests.support.company import put
from tests.support.database import NOW, race, rows, scalar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHANNEL = "test"


def at(said: str) -> datetime:
    """A moment in Shanghai, 11-25 09:00 of 2026."""
    return datetime.strptime(f"2026-{said}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI).astimezone(UTC)


LANGUAGES = load_languages(["zh_CN"], "Asia/Shanghai")
ROUTER = Router(KINDS, list(LANGUAGES.values()))
REGULAR = frozenset({Rule.MISSING, Rule.WEEKLY, Rule.CALENDAR})  # what comes in any week


def turns(*off: Rule) -> Turns:
    """Turns by the rules of the small company."""
    rules = replace(archive.RULES, reminders=ReminderRules(off=frozenset(off)))
    return Turns(rules, archive.CONSEQUENCES, ROUTER, LANGUAGES, "zh_CN")


@pytest.fixture
def files(engine: Engine) -> dict[str, int]:
    with engine.begin() as connection:
        return settle_in(connection)


class Company:
    """One database, swept at any moment."""

    def __init__(self, engine: Engine, turns: Turns, files: dict[str, int]) -> None:
        self.engine, self.turns, self.files = engine, turns, files

    def sweep(self, said: str) -> int:
        with self.engine.begin() as connection:
            return self.sweep_on(connection, at(said))

    def sweep_on(self, connection: Connection, moment: datetime) -> int:
        return sweep_once(self.turns, self.turns.work(connection), CHANNEL, moment)

    def said(self, rule: Rule | None = None) -> list[Reminder]:
        with self.engine.begin() as connection:
            found = connection.exec_driver_sql("SELECT DISTINCT card FROM reminders ORDER BY card").scalars()
            reminders = [r for card in found for r in self.turns.work(connection).reminders.of_card(card)]
        return [r for r in reminders if rule is None or r.rule is rule]

    def told(self, rule: Rule) -> set[tuple[str, str]]:
        """Give to whom a rule spoke, and as what."""
        return {(r.staff_no, r.concern.value) for r in self.said(rule)}

    def texts(self, person: Employee) -> list[str]:
        with self.engine.begin() as connection:
            views = connection.exec_driver_sql(
                "SELECT view FROM outbox WHERE chat_id = %(c)s AND NOT revises ORDER BY id"
                if connection.dialect.name == "postgresql"
                else "SELECT view FROM outbox WHERE chat_id = :c AND NOT revises ORDER BY id",
                {"c": person.staff_no.removeprefix("YH")},
            ).scalars()
            loaded = [json.loads(v) if isinstance(v, str) else v for v in views]
        return [
            "\n".join("".join(s if isinstance(s, str) else s[0] for s in p) for p in view["p"])
            for view in loaded
        ]

    def work(self) -> Any:
        return _Working(self)


class _Working:
    def __init__(self, company: Company) -> None:
        self._company = company

    def __enter__(self) -> SqlWork:
        self._transaction = self._company.engine.begin()
        self._work = self._company.turns.work(self._transaction.__enter__())
        return self._work

    def __exit__(self, *error: Any) -> None:
        if error[0] is None:
            self._work.session.flush()
        self._transaction.__exit__(*error)


@pytest.fixture
def company(engine: Engine, files: dict[str, int]) -> Company:
    """A company in which only what a test makes is due."""
    return Company(engine, turns(*REGULAR), files)


@pytest.fixture
def whole(engine: Engine, files: dict[str, int]) -> Company:
    """The same with every rule."""
    return Company(engine, turns(), files)


def lend(company: Company, due: date, name: str = "RS-0007") -> Loan:
    """Lend a file to the borrower on 11-23, due on a day."""
    with company.work() as work:
        request = ask(work, BORROWER, company.files[name], days=(due - archive.TODAY).days)
        approve_all(work, request)
        step = open_step(work, request.id or 0)
        assert step is not None
        keeper = work.people.by_no(step[1][0])
        assert keeper is not None
        loan = count_as_keeper(work, keeper, step[0], PAGES, NOW)
        loan = count_as_borrower(work, BORROWER, loan.id or 0, PAGES, NOW)
        return Loan.model_validate(loan.model_dump())


def requested(company: Company) -> Request:
    """A loan asked for on 11-23 at ten, waiting for the borrower's leader."""
    with company.work() as work:
        request = ask(work, BORROWER, company.files["RS-0007"])
        return Request.model_validate(request.model_dump())


# --- requests --------------------------------------------------------------------------------------------


def test_a_request_is_recalled_after_four_working_hours_and_then_each_morning(company: Company) -> None:
    requested(company)
    assert company.sweep("11-23 13:59") == 0
    assert company.sweep("11-23 14:00") == 1
    assert company.sweep("11-23 14:01") == 0
    assert "已等待4个工作小时" in company.texts(LEADER)[-1]
    assert company.told(Rule.APPROVAL) == {("YH0005", "duty")}
    company.sweep("11-24 09:00")
    assert "【今日提醒】" in company.texts(LEADER)[-1]
    assert [r.occurrence for r in company.said(Rule.APPROVAL)] == ["2026-11-24", "first"]


def test_a_request_of_the_late_afternoon_comes_with_the_next_mornings_digest_or_after_it(
    company: Company,
) -> None:
    with company.work() as work:
        ask(work, BORROWER, company.files["RS-0007"], now=at("11-23 15:30"))
    assert company.sweep("11-23 17:59") == 0
    assert company.sweep("11-24 09:00") == 0  # it has waited two and a half hours
    assert company.sweep("11-24 10:29") == 0
    assert company.sweep("11-24 10:30") == 1


def test_the_applicant_hears_on_the_second_day_and_the_superior_on_the_third(company: Company) -> None:
    requested(company)
    company.sweep("11-24 09:00")
    assert company.told(Rule.APPROVAL) == {("YH0005", "duty")}
    company.sweep("11-25 09:00")
    assert ("YH0006", "information") in company.told(Rule.APPROVAL)
    assert "在莫志坚处已等2个工作日" in company.texts(BORROWER)[-1]
    company.sweep("11-26 09:00")
    assert ("YH0001", "escalation") in company.told(Rule.APPROVAL)
    assert "莫志坚" in company.texts(BOSS)[-1]
    assert "温晓琳" not in company.texts(BOSS)[-1], "an escalation names the task, not the file"
    assert "已告知陈国华" in company.texts(LEADER)[-1], "whoever is passed over is told"
    told = company.sweep("11-27 09:00")
    assert told == 1, "each of the two is told once"


def test_whoever_stands_for_an_approver_is_reminded_instead(company: Company) -> None:
    requested(company)
    with company.work() as work:
        day = archive.TODAY
        delegate_approvals(work, LEADER, HR.staff_no, day, day, kinds=[], min_rate=None, now=NOW)
    company.sweep("11-23 14:00")
    assert company.told(Rule.APPROVAL) == {("YH0002", "duty")}


def test_a_decided_request_is_not_mentioned_again_and_its_reminder_loses_its_buttons(
    company: Company,
) -> None:
    request = requested(company)
    company.sweep("11-24 09:00")
    with company.work() as work:
        step = open_step(work, request.id or 0)
        assert step is not None
        approve_step(work, LEADER, step[0], at("11-24 10:00"))
        parcels = company.turns.announce(work, CHANNEL, at("11-24 10:00"), lease=False)
        assert parcels == ()
    with company.engine.begin() as connection:
        revised = rows(
            connection, "SELECT view FROM outbox WHERE revises AND card LIKE 'digest:YH0005%' ORDER BY id"
        )
    assert "✓" in str(revised[-1][0]) or "\\u2713" in str(revised[-1][0])
    assert "ap:" not in str(revised[-1][0])
    company.sweep("11-25 09:00")
    assert {r.staff_no for r in company.said(Rule.APPROVAL) if r.occurrence == "2026-11-25"} == {"YH0002"}


def test_a_returned_request_is_recalled_on_three_days(company: Company) -> None:
    request = requested(company)
    with company.work() as work:
        step = open_step(work, request.id or 0)
        assert step is not None
        return_step(work, LEADER, step[0], "写清用途", ["purpose"], NOW)
    for day in ("24", "25", "26", "27", "30"):
        company.sweep(f"11-{day} 09:00")
    assert [r.occurrence for r in company.said(Rule.RETURNED)] == ["2026-11-24", "2026-11-25", "2026-11-26"]
    assert company.told(Rule.RETURNED) == {("YH0006", "duty")}


# --- loans -----------------------------------------------------------------------------------------------


def test_a_loan_is_recalled_two_days_one_day_and_on_the_day_before_the_weekend_where_it_ends_on_one(
    company: Company,
) -> None:
    lend(company, date(2026, 11, 28))  # a Saturday
    days = ("24", "25", "26", "27", "28", "29")
    said = [company.sweep(f"11-{day} 09:00") for day in days]
    assert said[1:4] == [1, 1, 1]
    assert said[4:] == [0, 0]
    assert {(r.occurrence, f"{r.at.astimezone(SHANGHAI):%d}") for r in company.said(Rule.LOAN_DUE)} == {
        ("2026-11-28-2", "25"),
        ("2026-11-28-1", "26"),
        ("2026-11-28-0", "27"),
    }


def test_an_overdue_file_is_recalled_daily_and_climbs(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    company.sweep("11-25 09:00")
    company.sweep("11-26 09:00")
    assert company.told(Rule.LOAN_OVERDUE) == {
        ("YH0006", "duty"),
        ("YH0003", "duty"),
        ("YH0005", "escalation"),
    }
    company.sweep("11-27 09:00")
    company.sweep("11-28 09:00")
    company.sweep("11-29 09:00")
    assert ("YH0002", "escalation") not in company.told(Rule.LOAN_OVERDUE)
    company.sweep("11-30 09:00")  # the third working day
    assert ("YH0002", "escalation") in company.told(Rule.LOAN_OVERDUE)
    per_person = [r.staff_no for r in company.said(Rule.LOAN_OVERDUE)]
    assert [per_person.count(who) for who in ("YH0006", "YH0003", "YH0005", "YH0002")] == [3, 3, 1, 1]


def test_a_later_due_date_and_the_return_silence_it(company: Company) -> None:
    loan = lend(company, date(2026, 11, 25))
    company.sweep("11-26 09:00")
    with company.work() as work:
        change_due(work, HR, loan.id or 0, date(2026, 12, 4), "需要", at("11-26 10:00"))
    company.sweep("11-27 09:00")
    assert {r.occurrence for r in company.said(Rule.LOAN_OVERDUE) if r.staff_no == "YH0006"} == {"2026-11-26"}
    company.sweep("12-02 09:00")
    assert {r.occurrence for r in company.said(Rule.LOAN_DUE)} >= {"2026-12-04-2"}
    with company.work() as work:
        check_return(work, KEEPER, loan.id or 0, ReturnCheck(Condition.INTACT, PAGES), at("12-02 10:00"))
    assert company.sweep("12-03 09:00") == 0
    assert company.sweep("12-07 09:00") == 0


def test_an_approved_file_that_nobody_fetches_is_recalled_to_the_borrower(company: Company) -> None:
    with company.work() as work:
        request = ask(work, BORROWER, company.files["RS-0007"])
        approve_all(work, request)
        assert loan_about(work, request).collect_by == date(2026, 11, 26)
    company.sweep("11-25 09:00")
    assert company.told(Rule.COLLECTION) == {("YH0006", "duty")}


# --- the register of files -------------------------------------------------------------------------------


def test_missing_documents_are_told_on_mondays_until_they_lie_there(whole: Company) -> None:
    whole.sweep("11-23 09:00")
    mine = [r for r in whole.said(Rule.MISSING) if r.subject == "missing:YH0006"]
    assert {r.staff_no for r in mine} >= {"YH0006"}
    assert "身份证复印件" in whole.texts(BORROWER)[-1]
    before = len(whole.said(Rule.MISSING))
    whole.sweep("11-24 09:00")
    assert len(whole.said(Rule.MISSING)) == before
    whole.sweep("11-30 09:00")
    assert len(whole.said(Rule.MISSING)) == 2 * before
    with whole.work() as work:
        file = work.files.by_number("RS-0007")
        assert file is not None
        add_material(work, file, MaterialClass.OTHER, 9, "身份证复印件", 1)
        add_material(work, file, MaterialClass.OTHER, 10, "1寸彩色照片", 1, copies=2)
    whole.sweep("12-07 09:00")
    assert "2026-12-07" not in {
        r.occurrence for r in whole.said(Rule.MISSING) if r.subject == "missing:YH0007"
    }


def test_an_incident_is_recalled_weekly_until_it_is_closed(company: Company) -> None:
    with company.work() as work:
        incident = report_incident(
            work, KEEPER, company.files["RS-0007"], Condition.DAMAGED, "封皮破损", at("11-23 11:00")
        )
        incident_id = incident.id or 0
    for day in ("11-24", "11-25", "12-01"):
        company.sweep(f"{day} 09:00")
    assert len(company.said(Rule.INCIDENT)) == 2
    assert company.told(Rule.INCIDENT) == {("YH0002", "duty")}
    with company.work() as work:
        close_incident(work, HR, incident_id, Verdict.MENDED, "已修复", at("12-01 10:00"))
    company.sweep("12-08 09:00")
    assert len(company.said(Rule.INCIDENT)) == 2


def test_the_quarters_inspection_is_asked_for_until_the_keeper_says_it_is_done(company: Company) -> None:
    with company.work() as work:
        work.connection.exec_driver_sql("UPDATE personnel_files SET opened_on = '2026-01-05'")
    company.sweep("12-10 09:00")
    assert company.told(Rule.INSPECTION) == set()
    company.sweep("12-11 09:00")
    assert company.told(Rule.INSPECTION) == {("YH0003", "duty")}
    assert "12月18日" in company.texts(KEEPER)[-1]
    company.sweep("12-18 09:00")
    company.sweep("12-21 09:00")
    assert company.told(Rule.INSPECTION) == {("YH0003", "duty"), ("YH0002", "escalation")}
    with company.work() as work:
        finish_inspection(work, KEEPER, "2026Q4/D07", at("12-21 10:00"))
        with pytest.raises(Refused, match="inspection_done"):
            finish_inspection(work, KEEPER, "2026Q4/D07", at("12-21 10:01"))
        with pytest.raises(Refused, match="role_required"):
            finish_inspection(work, OTHER_KEEPER, "2026Q3/D07", at("12-21 10:02"))
    before = len(company.said(Rule.INSPECTION))
    company.sweep("12-22 09:00")
    assert len(company.said(Rule.INSPECTION)) == before


def test_a_leavers_files_are_recalled_before_the_fifteenth_day(company: Company) -> None:
    with company.work() as work:
        put(work.connection, replace(COLLEAGUE, state=StaffState.LEFT))
        begin_leaving(work, [COLLEAGUE.staff_no], at("11-23 11:00"))
    for day in ("11-30", "12-01", "12-04", "12-07", "12-09"):
        company.sweep(f"{day} 09:00")
    told = sorted({r.occurrence for r in company.said(Rule.LEAVING)})
    assert told == ["2026-12-08-1", "2026-12-08-3", "2026-12-08-7", "2026-12-09"]
    assert company.told(Rule.LEAVING) == {("YH0002", "duty"), ("YH0003", "duty"), ("YH0004", "duty")}
    with company.work() as work:
        finish_leaving(work, HR, COLLEAGUE.staff_no, at("12-09 10:00"))
    before = len(company.said(Rule.LEAVING))
    company.sweep("12-10 09:00")
    assert len(company.said(Rule.LEAVING)) == before


# --- people and customers --------------------------------------------------------------------------------


def test_probation_is_recalled_twice_and_daily_from_the_third_day(company: Company) -> None:
    with company.work() as work:
        trial = replace(COLLEAGUE, state=StaffState.PROBATION)
        work.people.put_staff(StaffRecord(trial, "", None, date(2026, 12, 15), None))
    days = ("11-23", "11-24", "12-04", "12-10", "12-11", "12-14", "12-15", "12-16")
    for day in days:
        company.sweep(f"{day} 09:00")
    told = {r.occurrence for r in company.said(Rule.PROBATION) if r.staff_no == "YH0002"}
    daily = {"2026-12-10", "2026-12-11", "2026-12-14", "2026-12-15", "2026-12-16"}
    assert told == {"2026-12-15-15", "2026-12-15-7", *daily}
    assert company.told(Rule.PROBATION) == {("YH0002", "duty"), ("YH0005", "duty")}


def test_a_contract_is_recalled_before_its_end_and_weekly_at_last(company: Company) -> None:
    with company.work() as work:
        work.people.put_staff(StaffRecord(COLLEAGUE, "", None, None, date(2026, 12, 31)))
    for day in ("10-30", "11-02", "12-01", "12-16", "12-23", "12-24"):
        company.sweep(f"{day} 09:00")
    told = [r.occurrence for r in company.said(Rule.CONTRACT) if r.staff_no == "YH0002"]
    assert sorted(told) == ["2026-12-31-15", "2026-12-31-30", "2026-12-31-60", "2026-12-31-8"]


def _customer(work: SqlWork, **more: Any) -> int:
    usual: dict[str, Any] = {
        "name": "佛山市恒锐五金制品有限公司",
        "address": "凤翔路28号",
        "contact": "陈志强",
        "rate": Decimal("0.9"),
        "settlement": {"method": "cash"},
        "owner_no": BORROWER.staff_no,
        "state": CustomerState.MAINTAINED,
        "filed_on": date(2026, 1, 5),
    }
    return work.customers.add(Customer(**{**usual, **more})).id or 0


def test_a_customer_nobody_spoke_to_is_recalled_until_somebody_does(company: Company) -> None:
    with company.work() as work:
        put(work.connection, replace(BORROWER, roles=frozenset({Role.EMPLOYEE, Role.SALES_REP})))
        customer_id = _customer(work, followed_up_on=date(2026, 11, 10))
    for day in ("11-16", "11-17", "11-18", "11-25", "12-10"):
        company.sweep(f"{day} 09:00")
    assert [r.occurrence for r in company.said(Rule.FOLLOW_UP)] == [
        "2026-11-10+7",
        "2026-11-10+15",
        "2026-11-10+30",
    ]
    company.sweep("12-14 09:00")
    assert ("YH0005", "escalation") in company.told(Rule.FOLLOW_UP)
    with company.work() as work:
        rep = replace(BORROWER, roles=frozenset({Role.EMPLOYEE, Role.SALES_REP}))
        note_follow_up(work, rep, customer_id, at("12-14 10:00"))
        note_follow_up(work, rep, customer_id, at("12-14 10:01"))
        with pytest.raises(Refused, match="customer_unknown"):
            note_follow_up(work, COLLEAGUE, customer_id, at("12-14 10:02"))
    before = len(company.said(Rule.FOLLOW_UP))
    company.sweep("12-15 09:00")
    assert len(company.said(Rule.FOLLOW_UP)) == before


def test_a_special_rate_is_recalled_before_it_ends(company: Company) -> None:
    request = requested(company)
    with company.work() as work:
        work.discount_changes.add(
            DiscountChange(
                request_id=request.id or 0,
                customer_id=_customer(work, followed_up_on=date(2026, 11, 22)),
                scope=Scope.RANGE,
                scope_words="伺服电机",
                old_rate=Decimal("0.9"),
                old_settlement={"method": "cash"},
                new_rate=Decimal("0.85"),
                effective_on=date(2026, 11, 1),
                ends_on=date(2026, 12, 4),
                state=ChangeState.IN_FORCE,
            )
        )
    for day in ("11-24", "11-25", "11-26", "12-03", "12-04", "12-07"):
        company.sweep(f"{day} 09:00")
    assert [r.occurrence for r in company.said(Rule.SPECIAL_RATE)] == ["2026-12-04-7", "2026-12-04-1"]
    assert company.told(Rule.SPECIAL_RATE) == {("YH0006", "information")}


# --- once, and in the window -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "moment", ["11-26 08:59", "11-26 18:00", "11-26 23:30", "11-28 10:00", "10-01 10:00"]
)
def test_nothing_is_said_outside_the_window(company: Company, moment: str) -> None:
    lend(company, date(2026, 11, 25))
    assert company.sweep(moment) == 0


def test_sweeps_that_repeat_or_go_back_in_time_say_nothing_twice(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    company.sweep("11-26 09:00")
    said = len(company.said())
    for moment in ("11-26 09:00", "11-26 09:01", "11-26 17:59", "11-26 10:00", "11-25 09:30"):
        company.sweep(moment)
    assert len(company.said()) == said


def test_ten_sweeps_at_once_say_each_thing_once(company: Company, database_url: str) -> None:
    lend(company, date(2026, 11, 25))
    moment = at("11-26 09:00")
    wide = create_write_engine(database_url, connections=10)
    try:
        outcomes = race(wide, *[lambda c: company.sweep_on(c, moment)] * 10)
    finally:
        wide.dispose()
    done = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert done, outcomes
    with company.engine.begin() as connection:
        digests = scalar(
            connection, "SELECT count(*) FROM outbox WHERE card LIKE 'digest:YH0006%' AND NOT revises"
        )
    assert digests == 1
    assert sum(done) == len(company.said())


def test_a_sweep_that_dies_before_its_commit_said_nothing_and_the_next_says_it(company: Company) -> None:
    lend(company, date(2026, 11, 25))

    class Killed(BaseException):
        pass

    def die() -> None:
        with company.engine.begin() as connection:
            assert company.sweep_on(connection, at("11-26 09:00"))
            raise Killed

    with pytest.raises(Killed):
        die()
    assert company.said() == []
    assert company.sweep("11-26 09:01") > 0


def test_what_was_missed_is_merged_and_marked_late(company: Company) -> None:
    with company.work() as work:
        work.people.put_staff(StaffRecord(COLLEAGUE, "", None, None, date(2026, 12, 31)))
    lend(company, date(2026, 11, 25))
    company.sweep("11-30 09:00")
    company.sweep("12-03 11:00")  # two days asleep; the contract's thirtieth day was 12-01
    late = {r.rule for r in company.said() if r.late}
    assert late == {Rule.CONTRACT}
    overdue = [r.occurrence for r in company.said(Rule.LOAN_OVERDUE) if r.staff_no == "YH0006"]
    assert overdue == ["2026-11-30", "2026-12-03"]
    assert "补发" in company.texts(HR)[-1]
    assert "补发" not in company.texts(BORROWER)[-1]


def test_what_is_new_in_the_register_is_not_late(company: Company) -> None:
    company.sweep("11-30 09:00")
    company.sweep("12-01 09:00")
    with company.work() as work:
        work.people.put_staff(StaffRecord(COLLEAGUE, "", None, None, date(2026, 12, 31)))
    company.sweep("12-02 09:00")
    assert [r.late for r in company.said(Rule.CONTRACT)] == [False, False]


def test_a_day_entered_by_hand_moves_the_digest(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    with company.work() as work:
        for day, works in ((date(2026, 11, 26), False), (date(2026, 11, 28), True)):
            work.calendar_overrides.put(CalendarOverride(day=day, works=works, entered_at=NOW))
    assert company.sweep("11-26 09:00") == 0
    assert company.sweep("11-27 09:00") > 0
    assert company.sweep("11-28 09:00") > 0


def test_an_unpublished_year_is_told_to_administrators_once(whole: Company) -> None:
    admin = replace(BOSS, roles=frozenset({*BOSS.roles, Role.SYSTEM_ADMIN}))
    with whole.work() as work:
        put(work.connection, admin)
    for day in ("11-23", "11-24", "12-31"):
        whole.sweep(f"{day} 09:00")
    assert [r.subject for r in whole.said(Rule.CALENDAR)] == ["calendar:2027"]


def test_the_weekly_report_goes_to_hr_and_managers_as_a_picture(whole: Company) -> None:
    whole.sweep("11-23 09:00")
    whole.sweep("11-24 09:00")
    assert whole.told(Rule.WEEKLY) == {("YH0001", "information"), ("YH0002", "information")}
    assert any("周报" in text for text in whole.texts(HR))


# --- what people wish ------------------------------------------------------------------------------------


def digest(whole: Company, person: Employee) -> str:
    with whole.work() as work:
        return work.reminders.last_card(person.staff_no, "")


def test_what_is_put_off_comes_again_at_its_time_and_not_before(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    company.sweep("11-26 09:00")
    card = digest(company, BORROWER)
    with company.work() as work:
        until, still = snooze_card(work, BORROWER, card, Later.HOUR, at("11-26 10:00"))
    assert (until, len(still)) == (at("11-26 11:00"), 1)
    assert company.sweep("11-26 10:59") == 0
    assert company.sweep("11-26 11:00") == 1
    assert company.sweep("11-26 11:01") == 0


def test_what_is_settled_meanwhile_does_not_come_again(company: Company) -> None:
    loan = lend(company, date(2026, 11, 25))
    company.sweep("11-26 09:00")
    card = digest(company, BORROWER)
    with company.work() as work:
        snooze_card(work, BORROWER, card, Later.HOUR, at("11-26 10:00"))
        check_return(work, KEEPER, loan.id or 0, ReturnCheck(Condition.INTACT, PAGES), at("11-26 10:30"))
    assert company.sweep("11-26 11:00") == 0


def test_put_off_to_next_week_it_keeps_out_of_the_digests_until_then(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    company.sweep("11-26 09:00")
    card = digest(company, BORROWER)
    with company.work() as work:
        until, _still = snooze_card(work, BORROWER, card, Later.NEXT_WEEK, at("11-26 10:00"))
    assert until == at("11-30 09:00")
    company.sweep("11-27 09:00")
    mine = [r.occurrence for r in company.said(Rule.LOAN_OVERDUE) if r.staff_no == "YH0006"]
    assert mine == ["2026-11-26"]
    company.sweep("11-30 09:00")
    mine = [r.occurrence for r in company.said(Rule.LOAN_OVERDUE) if r.staff_no == "YH0006"]
    assert mine == ["2026-11-26", "2026-11-30"], "the digest says it, and it is not said apart as well"
    assert company.sweep("11-30 09:01") == 0


def test_an_hour_later_than_the_window_is_the_next_morning(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    company.sweep("11-27 09:00")
    card = digest(company, BORROWER)
    with company.work() as work:
        until, _still = snooze_card(work, BORROWER, card, Later.HOUR, at("11-27 17:30"))
    assert until == at("11-30 09:00")


def test_nobody_puts_off_anothers_reminders(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    company.sweep("11-26 09:00")
    card = digest(company, BORROWER)
    with company.work() as work, pytest.raises(Refused, match="reminder_unknown"):
        snooze_card(work, COLLEAGUE, card, Later.HOUR, at("11-26 10:00"))


def test_no_more_today_holds_until_the_next_digest(company: Company) -> None:
    requested(company)
    with company.work() as work:
        mute_today(work, LEADER, at("11-23 11:00"))
    assert company.sweep("11-23 14:00") == 0
    company.sweep("11-24 09:00")
    assert company.told(Rule.APPROVAL) == {("YH0005", "duty")}


def test_information_can_be_turned_off_and_a_duty_cannot(company: Company) -> None:
    requested(company)
    with company.work() as work:
        turn_rule(work, BORROWER, Rule.APPROVAL, off=True)
        turn_rule(work, LEADER, Rule.APPROVAL, off=True)
        with pytest.raises(Refused, match="reminder_is_duty"):
            turn_rule(work, BORROWER, Rule.LOAN_DUE, off=True)
    for day in ("24", "25", "26"):
        company.sweep(f"11-{day} 09:00")
    told = {(r.staff_no, r.concern) for r in company.said(Rule.APPROVAL)}
    assert told == {("YH0005", Concern.DUTY), ("YH0001", Concern.ESCALATION)}


def test_nobody_without_an_account_is_noted_as_reminded(company: Company) -> None:
    lend(company, date(2026, 11, 25))
    with company.work() as work:
        work.connection.exec_driver_sql("DELETE FROM accounts WHERE staff_no = 'YH0006'")
    company.sweep("11-26 09:00")
    assert "YH0006" not in {r.staff_no for r in company.said()}


def test_a_row_that_cannot_be_read_costs_nobody_else_a_reminder(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    lend(company, date(2026, 11, 25))
    with company.work() as work:
        broken = {"drafts": [{"answers": {"name": "x"}}]}
        work.conversations.save("test", "0006", broken, "new_customer", at("11-24 10:00"))
    company.sweep("11-26 09:00")
    assert company.told(Rule.LOAN_OVERDUE) >= {("YH0006", "duty")}
    assert "candidates of draft failed" in caplog.text


def test_of_several_things_put_off_the_one_put_off_again_waits_and_the_others_come(company: Company) -> None:
    loan = lend(company, date(2026, 11, 25))
    lend(company, date(2026, 11, 25), "RS-0005")
    company.sweep("11-26 09:00")
    card = digest(company, BORROWER)
    with company.work() as work:
        until, _still = snooze_card(work, BORROWER, card, Later.HOUR, at("11-26 10:00"))
        later = until.replace(hour=until.hour + 2)
        again = Snooze(BORROWER.staff_no, Rule.LOAN_OVERDUE, f"loan:{loan.id}", later)
        work.reminders.snooze([again])
    assert company.sweep("11-26 11:00") == 1
    assert company.sweep("11-26 13:00") == 1
