"""Files and loans driven by random people and acts, against what must hold whatever they do.

A file has at most one holder and is out exactly while it is lent; no state is a dead end; no row of the
register is ever lost; nobody handles what is their own.
"""

from __future__ import annotations

import atexit
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.approvals.acts import approve_step, reject_step, return_step, void_request, withdraw_request
from domain.approvals.delegations import today_of
from domain.approvals.holes import mend_holes
from domain.approvals.requests import RequestKind, RequestState
from domain.approvals.routes import Act
from domain.errors import Refused
from domain.loans.handovers import count_as_borrower, count_as_keeper
from domain.loans.incidents import Verdict, close_incident, report_incident
from domain.loans.lapsing import lapse_loans
from domain.loans.leaving import begin_leaving, finish_leaving
from domain.loans.loans import Condition, LoanState
from domain.loans.receiving import receivers_of
from domain.loans.renewals import change_due, renew_loan
from domain.loans.returns import ReturnCheck, announce_return, answer_return, check_return
from domain.loans.waiting import wait_for_file
from domain.people import Employee, StaffState
from domain.personnel_files.files import FileState
from domain.personnel_files.moves import ALLOWED, move_file
from storage.audit import verify
from storage.engine import create_write_engine
from tests.integration.test_approval_machine import template
from tests.support.archive import (
    BORROWER,
    COLLEAGUE,
    KEEPER,
    LEADER,
    OTHER_KEEPER,
    PAGES,
    STAFF,
    approve_all,
    ask,
    open_step,
    settle_in,
    work_on,
)
from tests.support.company import put
from tests.support.database import NOW

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "0")) or 60
ALLOWED_ACTS: Counter[str] = Counter()
KEPT = ("personnel_files", "file_moves", "materials", "loans", "file_incidents", "file_access", "requests")
ENDS = {FileState.DESTROYED}
who = st.sampled_from(STAFF)
which = st.integers(0, 7)
luck = st.sampled_from([True, True, False])  # somebody who may, more often than one who may not
pages = st.sampled_from([PAGES, PAGES, PAGES, 11])


@cache
def company_at_work() -> tuple[Path, tuple[int, ...]]:
    """A company with loans of every state, which every run begins with a copy of; the ids of its files."""
    path = Path(mkdtemp(prefix="menxia")) / "at_work.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    shutil.copyfile(template(), path)
    engine = create_write_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        files = tuple(settle_in(connection).values())
        work = work_on(connection)
        work.files.declare_relative("YH0006", "YH0007", "配偶")
        lend(work, BORROWER, files[4], NOW)
        lend(work, KEEPER, files[5], NOW)
        approve_all(work, ask(work, COLLEAGUE, files[3]))
        approve_all(work, ask(work, OTHER_KEEPER, files[2]))
        ask(work, LEADER, files[6])
    engine.dispose()
    return path, files


def lend(work: Any, borrower: Employee, file_id: int, now: datetime) -> Any:
    """Go the whole way of a loan at once: asked for, approved, counted by both."""
    request = ask(work, borrower, file_id, now, due_on=today_of(work, now) + timedelta(days=3))
    approve_all(work, request, now)
    found = open_step(work, request.id or 0)
    assert found is not None
    keeper = work.people.by_no(found[1][0])
    loan = count_as_keeper(work, keeper, found[0], PAGES, now)
    return count_as_borrower(work, borrower, loan.id or 0, PAGES, now)


class Files(RuleBasedStateMachine):
    @initialize()
    def open_the_company(self) -> None:
        self.folder = TemporaryDirectory()
        copy = Path(self.folder.name) / "menxia.db"
        company, self.files = company_at_work()
        shutil.copyfile(company, copy)
        self.engine = create_write_engine(f"sqlite:///{copy}")
        self.now, self.gone, self.rows = NOW, set[str](), Counter[str]()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            with self.engine.begin() as connection:
                _sound, broken = verify(connection)
                assert broken is None
            self.engine.dispose()
            self.folder.cleanup()

    # --- acts --------------------------------------------------------------------------------------------

    @rule(person=who, file=which, days=st.integers(0, 14))
    def asks(self, person: Employee, file: int, days: int) -> None:
        self._try(
            "ask",
            lambda w: ask(w, self._as(w, person), self._file(file), self.now, due_on=self._day(w, days)),
        )

    @rule(person=who, file=which)
    def has_a_file_lent(self, person: Employee, file: int) -> None:
        """The whole way at once, so that much of what follows a handover happens as well."""
        self._try("lend", lambda w: lend(w, self._as(w, person), self._file(file), self.now))

    @rule(person=who, lucky=luck, at=which)
    def approves(self, person: Employee, lucky: bool, at: int) -> None:
        def act(work: Any) -> Any:
            ref, someone, _act = self._step(work, at, person, lucky)
            return approve_step(work, someone, ref, self.now)

        self._try("approve", act)

    @rule(person=who, lucky=luck, at=which, back=st.booleans())
    def declines(self, person: Employee, lucky: bool, at: int, back: bool) -> None:
        def act(work: Any) -> Any:
            ref, someone, _act = self._step(work, at, person, lucky)
            if back:
                return return_step(work, someone, ref, "不清楚", ["due"], self.now)
            return reject_step(work, someone, ref, "不合适", self.now)

        self._try("decline", act)

    @rule(at=which)
    def withdraws(self, at: int) -> None:
        def act(work: Any) -> Any:
            request = self._request(work, at)
            applicant = work.people.by_no(request.applicant_no)
            return withdraw_request(work, applicant, request.id, request.version, self.now)

        self._try("withdraw", act)

    @rule(person=who, lucky=luck, at=which, count=pages)
    def keeper_counts(self, person: Employee, lucky: bool, at: int, count: int) -> None:
        def act(work: Any) -> Any:
            ref, someone, _act = self._step(work, at, person, lucky, Act.EXECUTE)
            return count_as_keeper(work, someone, ref, count, self.now)

        self._try("keeper counts", act)

    @rule(person=who, lucky=luck, at=which)
    def voids(self, person: Employee, lucky: bool, at: int) -> None:
        def act(work: Any) -> Any:
            ref, someone, _act = self._step(work, at, person, lucky, Act.EXECUTE)
            return void_request(work, someone, ref, "不借了", self.now)

        self._try("void", act)

    @rule(person=who, lucky=luck, at=which, count=pages)
    def borrower_counts(self, person: Employee, lucky: bool, at: int, count: int) -> None:
        def act(work: Any) -> Any:
            loan = self._loan(work, at, LoanState.APPROVED)
            someone = work.people.by_no(loan.borrower_no) if lucky else self._as(work, person)
            return count_as_borrower(work, someone, loan.id, count, self.now)

        self._try("borrower counts", act)

    @rule(at=which, announces=st.booleans())
    def borrower_acts(self, at: int, announces: bool) -> None:
        def act(work: Any) -> Any:
            loan = self._loan(work, at, LoanState.LENT)
            borrower = work.people.by_no(loan.borrower_no)
            if announces:
                return announce_return(work, borrower, loan.id, self.now)
            return renew_loan(work, borrower, loan.id, None, "", self.now)

        self._try("announce" if announces else "renew", act)

    @rule(person=who, lucky=luck, at=which, condition=st.sampled_from(Condition))
    def takes_back(self, person: Employee, lucky: bool, at: int, condition: Condition) -> None:
        def act(work: Any) -> Any:
            loan = self._loan(work, at, LoanState.LENT)
            back = {Condition.LOST: 0, Condition.PAGES_MISSING: loan.pages - 1}.get(condition, loan.pages)
            someone = receivers_of(work, loan.borrower_no, work.files.by_id(loan.file_id))[0]
            check = ReturnCheck(condition, back, (), "" if condition is Condition.INTACT else "e1")
            return check_return(work, someone if lucky else self._as(work, person), loan.id, check, self.now)

        self._try("take back", act)

    @rule(at=which, objection=st.sampled_from(["", "不对"]))
    def borrower_answers(self, at: int, objection: str) -> None:
        def act(work: Any) -> Any:
            loan = self._loan(work, at, LoanState.RETURNED)
            return answer_return(work, work.people.by_no(loan.borrower_no), loan.id, objection, self.now)

        self._try("answer", act)

    @rule(person=who, lucky=luck, at=which, verdict=st.sampled_from(Verdict))
    def closes_an_incident(self, person: Employee, lucky: bool, at: int, verdict: Verdict) -> None:
        def act(work: Any) -> Any:
            found = work.incidents.open(limit=9)
            incident = found[at % len(found)]
            someone = work.people.by_no("YH0002") if lucky else self._as(work, person)
            return close_incident(work, someone, incident.id, verdict, "已核查", self.now)

        self._try("close incident", act)

    @rule(person=who, lucky=luck, file=which, condition=st.sampled_from(Condition))
    def reports_an_incident(self, person: Employee, lucky: bool, file: int, condition: Condition) -> None:
        def act(work: Any) -> Any:
            someone = work.people.by_no("YH0002") if lucky else self._as(work, person)
            return report_incident(work, someone, self._file(file), condition, "发霉", self.now)

        self._try("report", act)

    @rule(person=who, lucky=luck, file=which, to=st.sampled_from(FileState))
    def moves_a_file(self, person: Employee, lucky: bool, file: int, to: FileState) -> None:
        def act(work: Any) -> Any:
            known = work.files.by_id(self._file(file))
            choices = ALLOWED[known.state]
            goal = choices[list(FileState).index(to) % len(choices)] if lucky and choices else to
            someone = work.people.by_no("YH0002" if lucky else person.staff_no)
            return move_file(work, someone, known.id, known.state, goal, "盘点", self.now)

        self._try("move", act)

    @rule(person=who, file=which)
    def waits(self, person: Employee, file: int) -> None:
        self._try("wait", lambda w: wait_for_file(w, self._as(w, person), self._file(file), self.now) or True)

    @rule(at=which, days=st.integers(0, 20))
    def hr_changes_the_day(self, at: int, days: int) -> None:
        def act(work: Any) -> Any:
            loan = self._loan(work, at, LoanState.LENT)
            return change_due(
                work, work.people.by_no("YH0002"), loan.id, self._day(work, days), "急", self.now
            )

        self._try("change due", act)

    @rule(days=st.integers(1, 5))
    def days_go_by(self, days: int) -> None:
        self.now += timedelta(days=days)
        self._try("lapse", lambda w: lapse_loans(w, self.now))

    @rule(person=st.sampled_from([*STAFF[3:]]))
    def somebody_leaves(self, person: Employee) -> None:
        if self.gone:
            return
        self.gone.add(person.staff_no)

        def act(work: Any) -> Any:
            put(work.connection, replace(person, state=StaffState.LEFT))
            begin_leaving(work, {person.staff_no}, self.now)
            mend_holes(work, self.now)
            return True

        self._try("leave", act)

    @rule(at=which)
    def hr_finishes_a_leaving(self, at: int) -> None:
        def act(work: Any) -> Any:
            found = work.leavings.unfinished(limit=9)
            finish_leaving(work, work.people.by_no("YH0002"), found[at % len(found)].staff_no, self.now)
            return True

        self._try("finish leaving", act)

    # --- what must hold ----------------------------------------------------------------------------------

    @invariant()
    def a_file_has_one_holder_and_is_out_while_it_is_lent(self) -> None:
        for file_id, state, lent, active in self._rows(
            "SELECT f.id, f.state, (SELECT count(*) FROM loans WHERE file_id = f.id AND state = 'lent'), "
            "(SELECT count(*) FROM loans WHERE file_id = f.id AND state IN ('pending','approved','lent')) "
            "FROM personnel_files f"
        ):
            assert active <= 1, file_id
            assert (state == "on_loan") == (lent == 1), (file_id, state, lent)

    @invariant()
    def nobody_handles_what_is_their_own(self) -> None:
        assert not self._rows(
            "SELECT l.id FROM loans l JOIN personnel_files f ON f.id = l.file_id WHERE "
            "l.borrower_no = f.subject_no OR l.checked_by = l.borrower_no OR l.keeper_no = l.borrower_no "
            "OR l.checked_by = f.subject_no OR (l.borrower_no IN ('YH0006','YH0007') AND "
            "f.subject_no IN ('YH0006','YH0007'))"
        )
        assert not self._rows(
            "SELECT s.id FROM steps s JOIN requests r ON r.id = s.request_id "
            "JOIN personnel_files f ON f.id = r.subject_id WHERE r.kind = 'file_loan' AND "
            "s.state IN ('approved', 'executed') AND s.decided_by IN (f.subject_no, r.applicant_no)"
        )

    @invariant()
    def what_is_lent_was_counted_by_both(self) -> None:
        assert not self._rows(
            "SELECT id FROM loans WHERE state = 'lent' "
            "AND (keeper_at IS NULL OR borrower_at IS NULL OR pages = 0)"
        )

    @invariant()
    def whoever_waits_for_a_free_file_was_told_or_comes_after_somebody_who_was(self) -> None:
        assert not self._rows(
            "SELECT f.id FROM personnel_files f WHERE f.state IN ('shelved', 'sealed') "
            "AND NOT EXISTS (SELECT 1 FROM loans WHERE file_id = f.id "
            "AND state IN ('pending', 'approved', 'lent')) "
            "AND EXISTS (SELECT 1 FROM file_waiting w JOIN staff s ON s.staff_no = w.staff_no "
            "WHERE w.file_id = f.id AND w.told_at IS NULL AND s.state != 'left') "
            "AND NOT EXISTS (SELECT 1 FROM file_waiting WHERE file_id = f.id AND told_at IS NOT NULL)"
        )

    @invariant()
    def no_row_is_ever_lost(self) -> None:
        counts = Counter({table: self._rows(f"SELECT count(*) FROM {table}")[0][0] for table in KEPT})
        assert all(counts[table] >= before for table, before in self.rows.items())
        self.rows = counts

    @invariant()
    def no_state_is_a_dead_end(self) -> None:
        """Whatever is under way has somebody who can bring it on."""
        for file_id, state, loan, borrower, request, open_steps, incidents in self._rows(
            "SELECT f.id, f.state, l.state, l.borrower_no, r.state, (SELECT count(*) FROM steps s "
            "WHERE s.request_id = r.id AND s.version = r.version AND s.state = 'open'), "
            "(SELECT count(*) FROM file_incidents i WHERE i.file_id = f.id AND i.closed_at IS NULL) "
            "FROM personnel_files f "
            "LEFT JOIN loans l ON l.file_id = f.id AND l.state IN ('pending', 'approved', 'lent') "
            "LEFT JOIN requests r ON r.id = l.request_id"
        ):
            known = FileState(state)
            if known is FileState.ON_LOAN:
                assert loan is not None
                assert self._receivers(borrower, file_id), "nobody may take the file back"
            else:
                assert ALLOWED[known] or known in ENDS
            if known is FileState.UNDER_INSPECTION:
                assert incidents or FileState.SHELVED in ALLOWED[known]
            if request is None or loan == "lent":
                continue
            assert not RequestState(request).closed, "the loan waits for a request that is over"
            assert request == "returned" or open_steps

    # --- how ---------------------------------------------------------------------------------------------

    def _try(self, name: str, act: Callable[[Any], Any]) -> None:
        """Act in a transaction of its own; a refusal takes it back as the router does."""
        with self.engine.begin() as connection:
            work = work_on(connection)
            try:
                with work.attempt():
                    done = act(work)
            except (Refused, ZeroDivisionError, LookupError, AttributeError) as error:
                if isinstance(error, Refused | ZeroDivisionError | IndexError):
                    return
                raise
            ALLOWED_ACTS[name] += bool(done)

    def _receivers(self, borrower: str, file_id: int) -> list[Employee]:
        with self.engine.begin() as connection:
            work = work_on(connection)
            file = work.files.by_id(file_id)
            return receivers_of(work, borrower, file) if file is not None else []

    def _file(self, at: int) -> int:
        return self.files[at % len(self.files)]

    def _as(self, work: Any, person: Employee) -> Employee:
        found = work.people.by_no(person.staff_no)
        assert found is not None
        return found if found.works_here else COLLEAGUE

    def _day(self, work: Any, days: int) -> Any:
        return today_of(work, self.now) + timedelta(days=days)

    def _request(self, work: Any, at: int) -> Any:
        kinds = {RequestKind.FILE_LOAN, RequestKind.LOAN_RENEWAL}
        found = [r for file_id in self.files for r in work.requests.open_about(kinds, file_id)]
        return found[at % len(found)]

    def _step(self, work: Any, at: int, person: Employee, lucky: bool, wanted: Act = Act.APPROVE) -> Any:
        """Choose a step that waits, and somebody to take it: one who may, if lucky."""
        found = [(request, step) for request, step in work.requests.open_steps() if step.act is wanted]
        request, step = found[at % len(found)]
        taker = step.assignees[0] if lucky and step.assignees else person.staff_no
        ref = open_step(work, request.id)
        return (ref[0] if ref else None), work.people.by_no(taker), step.act

    def _loan(self, work: Any, at: int, state: LoanState) -> Any:
        found = [loan for f in self.files for loan in work.loans.of_file(f, limit=99) if loan.state is state]
        return found[at % len(found)]

    def _rows(self, query: str) -> list[Any]:
        with self.engine.begin() as connection:
            return list(connection.exec_driver_sql(query))


TestFiles = Files.TestCase
TestFiles.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=40,
    deadline=None,
    phases=[Phase.generate],  # a failure names its steps; making it smaller takes minutes
    derandomize=not os.environ.get("HYPOTHESIS_EXAMPLES"),
    suppress_health_check=list(HealthCheck),
)


def test_every_act_was_allowed_now_and_then() -> None:
    """A machine in which nothing is ever allowed would find nothing."""
    if ALLOWED_ACTS:  # counted by the run above, in this process
        expected = {
            *("ask", "approve", "decline", "withdraw", "void", "keeper counts", "borrower counts", "lend"),
            *("renew", "announce", "change due", "take back", "answer", "wait", "lapse"),
            *("move", "report", "close incident", "leave", "finish leaving"),
        }
        assert expected - {name for name, count in ALLOWED_ACTS.items() if count} == set()
