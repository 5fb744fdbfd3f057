"""Requests driven by random people and acts, against a small model of its own.

The model knows the rules in their shortest form: who may decide which step, and that each request ends once.
It is written without looking at how the engine finds its answers: it keeps a list of seats per request and
nothing else. Whatever the engine allows that the model does not, or the other way round, is a fault.
"""

from __future__ import annotations

import atexit
import os
import shutil
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.approvals.acts import (
    approve_step,
    record_outcome,
    reject_step,
    return_step,
    void_request,
    withdraw_request,
)
from domain.approvals.delegations import delegate_approvals, end_delegation, today_of
from domain.approvals.detours import Side, add_approver, transfer_step
from domain.approvals.holes import mend_holes
from domain.approvals.offers import answer_offer, make_offer, retract_offer
from domain.approvals.requests import RequestState, Step, StepState
from domain.approvals.routes import Act, Mode, StepRule
from domain.approvals.taking import StepRef
from domain.customers import refile_customer
from domain.errors import Refused
from domain.people import Employee
from storage.audit import verify
from storage.engine import create_write_engine
from storage.migrate import migrate
from tests.support.company import (
    BOSS,
    CLERK,
    MANAGER,
    OTHER_CLERK,
    OTHER_REP,
    REP,
    content_of,
    facts,
    file,
    leave,
    put,
    rules,
    settle_in,
    work_on,
)
from tests.support.database import NOW

EXAMPLES = int(os.environ.get("HYPOTHESIS_EXAMPLES", "0")) or 120
PEOPLE = (BOSS, MANAGER, REP, OTHER_REP, CLERK, OTHER_CLERK)
ROUTES = (
    (
        StepRule(Act.REVIEW, "role:sales_admin", Mode.ALL),
        StepRule(Act.APPROVE, "role:market_manager"),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    ),
    (
        StepRule(Act.REVIEW, "role:sales_admin", Mode.IN_TURN),
        StepRule(Act.APPROVE, "superior,role:general_manager", Mode.ALL),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    ),
    (
        StepRule(Act.APPROVE, "role:market_manager"),
        StepRule(Act.APPROVE, "role:general_manager", Mode.ANY, ("rate < 0.9",)),
        StepRule(Act.EXECUTE, "role:sales_admin"),
    ),
)
PERSON = {person.staff_no: person for person in PEOPLE}
ENDS = {RequestState.REJECTED, RequestState.WITHDRAWN, RequestState.DONE, RequestState.VOIDED}
who = st.sampled_from(PEOPLE)
which = st.integers(0, 7)
luck = st.sampled_from([True, True, False])  # a person who may, more often than one who may not


@cache
def template() -> Path:
    """A migrated database, which every run begins with a copy of."""
    path = Path(mkdtemp(prefix="menxia")) / "template.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    migrate(f"sqlite:///{path}")
    return path


@cache
def company() -> Path:
    """The same with its people, everybody bound to an account."""
    path = template().with_name("company.db")
    shutil.copyfile(template(), path)
    engine = create_write_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        settle_in(connection)
    engine.dispose()
    return path


@dataclass
class Kept:
    """What the model keeps of a request. approved: who approved this version, and for whom."""

    applicant: str
    version: int = 1
    approved: set[str] = field(default_factory=set)
    ended: str = ""


class Approvals(RuleBasedStateMachine):
    @initialize(route=st.sampled_from(ROUTES))
    def open_the_company(self, route: tuple[StepRule, ...]) -> None:
        self.folder = TemporaryDirectory()
        copy = Path(self.folder.name) / "menxia.db"
        shutil.copyfile(company(), copy)
        self.engine = create_write_engine(f"sqlite:///{copy}")
        self.rules = rules(*route)
        self.now = NOW
        self.kept: dict[int, Kept] = {}
        self.gone: set[str] = set()
        self.given: dict[int, tuple[str, str]] = {}  # delegation -> from, to
        for applicant, rate in ((REP, "0.92"), (MANAGER, "0.86")):
            self._file(applicant, rate)

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            with self.engine.begin() as connection:
                _sound, broken = verify(connection)
                assert broken is None
            self.engine.dispose()
            self.folder.cleanup()

    # --- acts --------------------------------------------------------------------------------------------

    @rule(applicant=st.sampled_from([REP, OTHER_REP, MANAGER]), rate=st.sampled_from(["0.92", "0.86"]))
    def file(self, applicant: Employee, rate: str) -> None:
        self._file(applicant, rate)

    def _file(self, applicant: Employee, rate: str) -> None:
        if len(self.kept) >= 4 or applicant.staff_no in self.gone:
            return  # whoever has left is turned away before anything else
        place = len(self.kept)
        name, phone = "甲乙丙丁"[place] * 2 + "机电设备有限公司", f"1380013800{place}"
        done = self._try(lambda work: file(work, applicant, name=name, phone=phone, rate=Decimal(rate)))
        if done is not None:
            self.kept[done] = Kept(applicant.staff_no)

    @rule(
        person=who,
        at=which,
        lucky=luck,
        act=st.sampled_from(["approve", "reject", "return", "record", "void"]),
    )
    def decide(self, person: Employee, at: int, lucky: bool, act: str) -> None:
        self._decide(person, at, lucky, act)

    def _decide(self, person: Employee, at: int, lucky: bool, act: str) -> None:
        if (found := self._step(at)) is None:
            return
        ref, step, request_id = found
        person = self._fitting(step) if lucky else person
        if person.staff_no in self.gone:
            return
        before = self._may(person, request_id, step)
        acts: dict[str, Any] = {
            "approve": lambda work: approve_step(work, person, ref, self.now),
            "reject": lambda work: reject_step(work, person, ref, "不合适", self.now),
            "return": lambda work: return_step(work, person, ref, "请改", ["name"], self.now),
            "record": lambda work: record_outcome(work, person, ref, f"KH{request_id:04}", self.now),
            "void": lambda work: void_request(work, person, ref, "不要了", self.now),
        }
        done = self._try(acts[act])
        fits = (act in {"record", "void"}) == (step.act is Act.EXECUTE)
        allowed = before is not None and fits and not self.uncovered
        assert (done is not None) == allowed, f"{person.name} {act} {step}"
        if done is None or before is None:
            return
        kept = self.kept[request_id]
        if act == "approve":
            kept.approved |= {person.staff_no, before} - {""}
        elif act != "return":
            assert not kept.ended, "a request ends once"
            kept.ended = act

    @rule(at=which)
    def go_on(self, at: int) -> None:
        """Most requests get somewhere."""
        found = self._step(at)
        if found is not None:
            act = "record" if found[1].act is Act.EXECUTE else "approve"
            self._decide(BOSS, at, True, act)

    @rule(person=who, to=who, at=which, lucky=luck, how=st.sampled_from(["transfer", "before", "after"]))
    def detour(self, person: Employee, to: Employee, at: int, lucky: bool, how: str) -> None:
        if (found := self._step(at)) is None:
            return
        ref, step, request_id = found
        person = self._fitting(step) if lucky else person
        if person.staff_no in self.gone:
            return
        may = self._may(person, request_id, step)
        acts: dict[str, Any] = {
            "transfer": lambda work: transfer_step(work, person, ref, to.staff_no, "", self.now),
            "before": lambda work: add_approver(work, person, ref, to.staff_no, Side.BEFORE, "", self.now),
            "after": lambda work: add_approver(work, person, ref, to.staff_no, Side.AFTER, "", self.now),
        }
        kept = self.kept[request_id]
        involved = kept.approved | self._asked(request_id)
        free = to.staff_no not in {person.staff_no, kept.applicant, *involved, *self.gone}
        done = self._try(acts[how])
        allowed = may == "" and step.act is not Act.EXECUTE and free and not self.uncovered
        assert (done is not None) == allowed, f"{person.name} {how} to {to.name}"
        if done is not None and how == "after":
            kept.approved.add(person.staff_no)

    @rule(person=who, at=which, lucky=luck, rate=st.sampled_from(["0.95", "0.90", "0.85"]))
    def offer(self, person: Employee, at: int, lucky: bool, rate: str) -> None:
        if (found := self._step(at)) is None:
            return
        ref, step, request_id = found
        person = self._fitting(step) if lucky else person
        if person.staff_no in self.gone:
            return
        may = self._may(person, request_id, step)
        asked = self._ask("SELECT content FROM requests WHERE id = ?", request_id)
        done = self._try(lambda work: make_offer(work, person, ref, {"rate": rate}, self.now))
        fine = f'"rate":"{rate}"' not in asked and not self._worse(asked, rate)
        allowed = may is not None and step.act is not Act.EXECUTE and fine and not self.uncovered
        assert (done is not None) == allowed

    @rule(person=who, at=which, lucky=luck, answer=st.sampled_from(["take", "decline", "retract"]))
    def answer(self, person: Employee, at: int, lucky: bool, answer: str) -> None:
        found = self._step(at, StepState.OFFERED)
        if found is None:
            return
        ref, step, request_id = found
        kept = self.kept[request_id]
        if lucky:
            person = PERSON[step.decided_by if answer == "retract" else kept.applicant]
        if person.staff_no in self.gone:
            return
        maker, principal = step.decided_by, step.on_behalf_of
        if answer == "retract":
            done = self._try(lambda work: retract_offer(work, person, ref, self.now))
            assert (done is not None) == (person.staff_no in {maker, *step.assignees})
            return
        stood: list[bool] = []
        done = self._try(
            lambda work: stood.append(answer_offer(work, person, ref, answer == "take", self.now))
        )
        assert bool(stood) == (person.staff_no == kept.applicant and not self.uncovered)
        if stood and stood[0] and answer == "take":
            kept.version += 1
            kept.approved |= {maker, principal} - {""}

    @rule(at=which, person=who, often=st.integers(0, 3))
    def withdraw(self, at: int, person: Employee, often: int) -> None:
        if often:  # a request that is taken back shows nothing more
            return
        request_id = self._request(at)
        if request_id is None or person.staff_no in self.gone:
            return
        state, version = self._state(request_id)
        done = self._try(lambda work: withdraw_request(work, person, request_id, version, self.now))
        may = person.staff_no == self.kept[request_id].applicant and state in {"pending", "returned"}
        assert (done is not None) == may
        if done is not None:
            assert not self.kept[request_id].ended
            self.kept[request_id].ended = "withdraw"

    @rule(at=which)
    def mend(self, at: int) -> None:
        request_id = self._request(at)
        if request_id is None:
            return
        state, version = self._state(request_id)
        kept = self.kept[request_id]
        if state != "returned" or kept.applicant in self.gone:
            return
        applicant = next(p for p in PEOPLE if p.staff_no == kept.applicant)

        def send(work: Any) -> Any:
            request = work.requests.by_id(request_id)
            stated = facts(name=request.content["name"], phone=f"1380013800{request_id - 1}")
            stated = replace(stated, rate=Decimal(request.content["rate"]))
            content = {**content_of(stated), "phone": request.content["phone"]}
            return refile_customer(work, applicant, request_id, version, stated, content, self.now)

        if self._try(send) is not None:
            kept.version, kept.approved = version + 1, set()

    # --- people ------------------------------------------------------------------------------------------

    @rule(person=who, to=who)
    def hand_over(self, person: Employee, to: Employee) -> None:
        if {person.staff_no, to.staff_no} & self.gone:
            return
        day = today_of_(self)
        made: list[int] = []

        def act(work: Any) -> None:
            delegation = delegate_approvals(
                work, person, to.staff_no, day, day + timedelta(days=3), kinds=[], min_rate=None, now=self.now
            )
            made.append(delegation.id or 0)

        self._try(act)
        busy = {giver for giver, _to in self.given.values()}
        allowed = person != to and person.staff_no not in busy and to.staff_no not in busy
        assert bool(made) == allowed
        if made:
            self.given[made[0]] = (person.staff_no, to.staff_no)

    @rule(place=which)
    def call_off(self, place: int) -> None:
        if not self.given:
            return
        key = sorted(self.given)[place % len(self.given)]
        giver = next(p for p in PEOPLE if p.staff_no == self.given[key][0])
        assert self._try(lambda work: end_delegation(work, giver, key, self.now)) is not None
        del self.given[key]

    @rule(person=st.sampled_from([MANAGER, CLERK, OTHER_CLERK]))
    def somebody_leaves(self, person: Employee) -> None:
        if person.staff_no in self.gone or len(self.gone) > 1:
            return
        self.gone.add(person.staff_no)
        with self.engine.begin() as connection:
            leave(connection, person)
            work = work_on(connection, self.rules)
            mend_holes(work, self.now)
            work.session.flush()

    @rule(person=st.sampled_from([MANAGER, CLERK, OTHER_CLERK]))
    def somebody_comes_back(self, person: Employee) -> None:
        if person.staff_no not in self.gone:
            return
        self.gone.discard(person.staff_no)
        with self.engine.begin() as connection:
            put(connection, person)
            work = work_on(connection, self.rules)
            mend_holes(work, self.now)
            work.session.flush()

    # --- what must hold ----------------------------------------------------------------------------------

    @invariant()
    def no_step_is_out_of_turn_and_every_open_one_has_somebody(self) -> None:
        if not hasattr(self, "engine"):
            return
        with self.engine.begin() as connection:
            work = work_on(connection, self.rules)
            for request_id, kept in self.kept.items():
                request = work.requests.by_id(request_id)
                assert request is not None
                assert request.version == kept.version
                assert (request.state in ENDS) == bool(kept.ended)
                steps = {step.position: step for step in work.requests.steps(request_id, request.version)}
                for step in steps.values():
                    begun = step.state is not StepState.WAITING and step.state is not StepState.CANCELLED
                    if begun:
                        assert all(steps[need].state.passed for need in step.needs), "out of turn"
                    if step.state is StepState.OPEN:
                        assert kept.applicant not in step.assignees
                        assert not set(step.assignees) & self.gone
                        if step.act is not Act.EXECUTE:
                            assert not set(step.assignees) & kept.approved, "nobody approves twice"
                live = [step for step in steps.values() if step.state.live]
                if request.state is RequestState.PENDING:
                    assert any(step.state in {StepState.OPEN, StepState.OFFERED} for step in live)
                if request.state in ENDS or request.state is RequestState.RETURNED:
                    assert not live

    def _fitting(self, step: Step) -> Employee:
        """Find somebody who may take a step: a delegate where there is one, else one of its people."""
        delegates = [to for giver, to in self.given.values() if giver in step.assignees]
        found = [*delegates, *step.assignees] if step.position % 2 else [*step.assignees, *delegates]
        return PERSON[found[0]] if found else BOSS

    # --- the model ---------------------------------------------------------------------------------------

    def _may(self, person: Employee, request_id: int, step: Step) -> str | None:
        """In whose place a person may take an open step: empty for their own, None for not at all."""
        kept = self.kept[request_id]
        decides = step.act is not Act.EXECUTE
        if person.staff_no in self.gone or person.staff_no == kept.applicant:
            return None
        if decides and person.staff_no in kept.approved:
            return None
        if person.staff_no in step.assignees:
            return ""
        if decides:
            for giver, to in self.given.values():
                if to == person.staff_no and giver in step.assignees and giver not in self.gone:
                    return None if giver in kept.approved else giver
        return None

    def _worse(self, content: str, rate: str) -> bool:
        asked = content.partition('"rate":"')[2].partition('"')[0]
        return float(rate) < float(asked)

    def _asked(self, request_id: int) -> set[str]:
        _state, version = self._state(request_id)
        with self.engine.begin() as connection:
            steps = work_on(connection, self.rules).requests.steps(request_id, version)
            return {staff_no for step in steps if step.state.live for staff_no in step.assignees}

    # --- the engine --------------------------------------------------------------------------------------

    def _try(self, act: Any) -> Any:
        """Run a use case in a transaction; give the request's id, or None where it was refused."""
        self.now += timedelta(seconds=1)
        self.uncovered = False  # nobody is left to go on with, which no button can mend
        with self.engine.begin() as connection:
            work = work_on(connection, self.rules)
            try:
                with work.attempt():
                    done = act(work)
            except Refused as refused:
                self.uncovered = refused.code == "route_uncovered"
                return None
            return getattr(done, "id", True) or True

    def _request(self, at: int) -> int | None:
        return sorted(self.kept)[at % len(self.kept)] if self.kept else None

    def _state(self, request_id: int) -> tuple[str, int]:
        with self.engine.begin() as connection:
            request = work_on(connection, self.rules).requests.by_id(request_id)
            assert request is not None
            return request.state.value, request.version

    def _step(self, at: int, state: StepState = StepState.OPEN) -> tuple[StepRef, Step, int] | None:
        with self.engine.begin() as connection:
            found = [
                (StepRef(step.request_id, step.version, step.position), step.model_copy(), step.request_id)
                for _request, step in work_on(connection, self.rules).requests.open_steps()
                if step.state is state
            ]
        return found[at % len(found)] if found else None

    def _ask(self, query: str, *values: Any) -> str:
        with self.engine.begin() as connection:
            return str(connection.exec_driver_sql(query, values).scalar())


def today_of_(machine: Approvals) -> Any:
    with machine.engine.begin() as connection:
        return today_of(work_on(connection, machine.rules), machine.now)


TestApprovals = Approvals.TestCase
TestApprovals.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    phases=[Phase.generate],  # a failure names its steps; making it smaller takes minutes
    derandomize=not os.environ.get("HYPOTHESIS_EXAMPLES"),
    suppress_health_check=list(HealthCheck),
)
