"""Discount changes on real databases: checks, races, the register, special rates, and what sends one back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from domain.approvals.acts import approve_step, record_outcome, reject_step
from domain.approvals.offers import answer_offer, make_offer
from domain.approvals.requests import Request, RequestKind, RequestState
from domain.approvals.routes import Act, Route, StepRule
from domain.customer_history import change_customer, update_customer
from domain.customers import Customer, CustomerField, CustomerState
from domain.discounts import (
    ChangeState,
    ChangeTerms,
    DiscountConsequence,
    Scope,
    lapse_changes,
    propose_change,
    repropose_change,
    same_terms,
    special_rates,
)
from domain.errors import Refused
from domain.people import Employee, Role
from domain.phones import parse_phone
from domain.settlements import parse_settlement
from storage.unit_of_work import SqlWork
from tests.support.company import (
    BOSS,
    CLERK,
    CONSEQUENCES,
    MANAGER,
    OTHER_REP,
    REP,
    account_of,
    at,
    person,
    put,
    rules,
    settle_in,
    work_on,
)
from tests.support.database import NOW, race

ACCOUNTANT = person("YH0009", "关惠珍", "YH0001", Role.LEAD_ACCOUNTANT)
TODAY = date(2026, 11, 23)
ROUTE = Route(
    (
        StepRule(Act.APPROVE, "role:market_manager"),
        StepRule(Act.APPROVE, "role:general_manager", when=("cut > 5",)),
        StepRule(Act.EXECUTE, "role:lead_accountant"),
    ),
    "role:general_manager",
)
POLICY = rules()
POLICY = type(POLICY)(
    **{
        **{name: getattr(POLICY, name) for name in POLICY.__slots__},
        "routes": {**POLICY.routes, RequestKind.DISCOUNT_CHANGE: ROUTE},
    }
)
KINDS = {**CONSEQUENCES, RequestKind.DISCOUNT_CHANGE: DiscountConsequence()}


@pytest.fixture
def company(engine: Engine) -> Engine:
    with engine.begin() as connection:
        settle_in(connection)
        put(connection, ACCOUNTANT)
        work_on(connection).people.bind(account_of(ACCOUNTANT), NOW, "")
        for number, owner in (("KH0001", REP), ("KH0002", OTHER_REP)):
            work(connection).customers.add(customer(number, owner))
        work(connection).session.flush()
    return engine


def work(connection: Connection) -> SqlWork:
    return SqlWork(connection, POLICY, KINDS)


def customer(number: str, owner: Employee) -> Customer:
    return Customer(
        erp_no=number,
        name="佛山恒锐五金有限公司" if owner is REP else "中山恒锐灯饰有限公司",
        address="凤翔路28号",
        contact="陈志强",
        rate=Decimal("0.9"),
        settlement=parse_settlement("月结30天").to_json(),
        owner_no=owner.staff_no,
        state=CustomerState.MAINTAINED,
    )


def run(company: Engine, act: Callable[[SqlWork], Any]) -> Any:
    with company.begin() as connection:
        unit = work(connection)
        done = act(unit)
        unit.session.flush()
        return done


def propose(
    unit: SqlWork, actor: Employee = REP, *, draft: str = "d1", rate: str | None = "0.88", **more: Any
) -> Request:
    found = unit.customers.by_erp_no(more.pop("number", "KH0001"))
    assert found is not None
    terms = ChangeTerms(
        customer_id=found.id or 0,
        rate=Decimal(rate) if rate else None,
        settlement=more.pop("settlement", None),
        effective_on=more.pop("effective_on", TODAY),
        **more,
    )
    content: dict[str, Any] = {"customer": [str(found.id), found.name], "scope": terms.scope.value}
    content |= {"rate": rate} if rate else {}
    content |= {"settlement": terms.settlement.to_json()} if terms.settlement else {}
    return propose_change(unit, actor, draft, terms, content, NOW)


def refusal(company: Engine, act: Callable[[SqlWork], Any]) -> str:
    with pytest.raises(Refused) as caught:
        run(company, act)
    return caught.value.code


def rate_of(company: Engine, number: str = "KH0001") -> Decimal:
    found = run(company, lambda unit: unit.customers.by_erp_no(number).rate)
    return Decimal(found)


def test_the_register_changes_only_when_it_was_changed_in_the_erp(company: Engine) -> None:
    request = run(company, propose)
    assert request.number == "ZK-20261123-0001"
    run(company, lambda unit: approve_step(unit, MANAGER, at(request, 0), NOW))
    assert rate_of(company) == Decimal("0.9")
    assert refusal(company, lambda unit: record_outcome(unit, MANAGER, at(request, 1), "ERP-1", NOW)) in {
        "not_your_step",
        "request_unknown",
    }
    run(company, lambda unit: record_outcome(unit, ACCOUNTANT, at(request, 1), "ERP-1", NOW))
    assert rate_of(company) == Decimal("0.88")

    def history(unit: SqlWork) -> list[tuple[Any, ...]]:
        found = unit.customers.by_erp_no("KH0001")
        assert found is not None
        changes = unit.customers.changes(found.id or 0, limit=5)
        return [(c.field, c.before, c.after, c.request_number, c.by_no) for c in changes]

    assert run(company, history) == [(CustomerField.RATE, "0.9", "0.88", request.number, ACCOUNTANT.staff_no)]


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("rate_below_floor", {"rate": "0.79"}),
        ("change_same", {"rate": "0.9"}),
        ("change_same", {"rate": None, "settlement": parse_settlement("月结30天")}),
        ("credit_too_long", {"settlement": parse_settlement("月结120天")}),
        ("date_too_early", {"effective_on": TODAY - timedelta(days=1)}),
        ("date_too_late", {"effective_on": TODAY + timedelta(days=400)}),
        ("change_end_missing", {"scope": Scope.ORDER, "scope_words": "SO-1"}),
        ("date_too_early", {"scope": Scope.ORDER, "scope_words": "SO-1", "ends_on": TODAY - timedelta(1)}),
        ("customer_unknown", {"number": "KH0002"}),
    ],
)
def test_what_policy_and_register_forbid_is_refused(
    company: Engine, code: str, asked: dict[str, Any]
) -> None:
    assert refusal(company, lambda unit: propose(unit, **asked)) == code


def test_sales_admins_and_managers_see_all_customers(company: Engine) -> None:
    for place, actor in enumerate((CLERK, MANAGER, BOSS)):
        for number in ("KH0001", "KH0002"):
            run(
                company,
                lambda unit, actor=actor, number=number, place=place: propose(
                    unit,
                    actor,
                    draft=f"d{place}{number}",
                    number=number,
                    scope=Scope.ORDER,
                    scope_words=f"SO-{place}",
                    ends_on=TODAY,
                ),
            )
    assert refusal(company, lambda unit: propose(unit, ACCOUNTANT)) == "role_required"


def test_one_change_is_open_for_each_customer_and_scope(company: Engine) -> None:
    order = {"scope": Scope.ORDER, "ends_on": TODAY + timedelta(days=5)}
    first = run(company, propose)
    assert run(company, propose).id == first.id, "the same draft is the same request"
    assert refusal(company, lambda unit: propose(unit, draft="d2")) == "change_open"
    run(company, lambda unit: propose(unit, draft="d3", scope_words="SO-20261120-03", **order))
    again = refusal(company, lambda unit: propose(unit, draft="d4", scope_words="so 20261120 03", **order))
    assert again == "change_open"
    run(company, lambda unit: propose(unit, draft="d5", scope_words="SO-20261120-04", **order))
    run(company, lambda unit: reject_step(unit, MANAGER, at(first, 0), "不行", NOW))
    run(company, lambda unit: propose(unit, draft="d6"))


def test_two_who_ask_at_once_for_the_same_get_one_request(company: Engine) -> None:
    def ask(draft: str) -> Callable[[Connection], str]:
        def act(connection: Connection) -> str:
            unit = work(connection)
            request = propose(unit, draft=draft)
            unit.session.flush()
            return request.number

        return act

    outcomes = race(company, *(ask(f"race{n}") for n in range(4)))
    numbers = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(numbers) == 1, outcomes
    assert all(isinstance(o, Refused) and o.code == "change_open" for o in outcomes if o not in numbers)


def test_a_rate_that_moved_sends_the_request_back_and_it_is_asked_anew(company: Engine) -> None:
    request = run(company, propose)

    def move(unit: SqlWork) -> None:
        found = unit.customers.by_erp_no("KH0001")
        assert found is not None
        change_customer(unit, found, CustomerField.RATE, Decimal("0.91"), BOSS, NOW)

    run(company, move)
    returned = run(company, lambda unit: approve_step(unit, MANAGER, at(request, 0), NOW))
    assert (returned.state, returned.mend) == (RequestState.RETURNED, ["rate"])

    def ask_anew(unit: SqlWork) -> Request:
        terms = ChangeTerms(request.subject_id or 0, Decimal("0.87"), None, TODAY)
        content = {n: v for n, v in request.content.items() if n != "base"} | {"rate": "0.87"}
        return repropose_change(unit, REP, request.id or 0, 1, terms, content, NOW)

    again = run(company, ask_anew)
    assert (again.version, again.content["base"]["rate"], again.facts["cut"]) == (2, "0.91", "4")


def test_a_condition_asks_the_general_manager_where_the_cut_is_deep(company: Engine) -> None:
    deep = run(company, lambda unit: propose(unit, rate="0.82"))
    run(company, lambda unit: approve_step(unit, MANAGER, at(deep, 0), NOW))
    run(company, lambda unit: approve_step(unit, BOSS, at(deep, 1), NOW))
    run(company, lambda unit: record_outcome(unit, ACCOUNTANT, at(deep, 2), "ERP-1", NOW))
    assert rate_of(company) == Decimal("0.82")


def test_a_taken_counter_offer_drops_the_step_that_its_terms_no_longer_need(company: Engine) -> None:
    deep = run(company, lambda unit: propose(unit, rate="0.82"))
    run(company, lambda unit: make_offer(unit, MANAGER, at(deep, 0), {"rate": "0.87"}, NOW))
    assert run(company, lambda unit: answer_offer(unit, REP, at(deep, 0), True, NOW)) is True
    with company.begin() as connection:
        steps = work(connection).requests.steps(deep.id or 0, 2)
        assert [(step.act, step.state.value) for step in steps] == [
            (Act.APPROVE, "approved"),
            (Act.EXECUTE, "open"),
        ]
    run(company, lambda unit: record_outcome(unit, ACCOUNTANT, at(deep, 1, 2), "ERP-1", NOW))
    assert rate_of(company) == Decimal("0.87")


def test_a_special_rate_leaves_the_register_alone_and_lapses_once(company: Engine) -> None:
    ends = TODAY + timedelta(days=2)
    request = run(company, lambda unit: propose(unit, scope=Scope.ORDER, scope_words="SO-1", ends_on=ends))
    run(company, lambda unit: approve_step(unit, MANAGER, at(request, 0), NOW))
    run(company, lambda unit: record_outcome(unit, ACCOUNTANT, at(request, 1), "ERP-1", NOW))
    assert rate_of(company) == Decimal("0.9")
    key = request.subject_id or 0
    assert len(run(company, lambda unit: special_rates(unit, key, ends))) == 1
    assert run(company, lambda unit: lapse_changes(unit, NOW + timedelta(days=2))) == 0
    assert run(company, lambda unit: lapse_changes(unit, NOW + timedelta(days=3))) == 1
    assert run(company, lambda unit: lapse_changes(unit, NOW + timedelta(days=4))) == 0
    assert run(company, lambda unit: unit.discount_changes.of_customer(key, ChangeState.LAPSED))


def test_contacts_are_changed_by_sales_admins_alone(company: Engine) -> None:
    def change(unit: SqlWork, actor: Employee, phone: str = "13800138000") -> None:
        found = unit.customers.by_erp_no("KH0001")
        assert found is not None
        update_customer(unit, actor, found.id or 0, CustomerField.PHONE, parse_phone(phone), NOW)

    assert refusal(company, lambda unit: change(unit, REP)) == "role_required"
    assert refusal(company, lambda unit: change(unit, MANAGER)) == "role_required"
    run(company, lambda unit: change(unit, CLERK))
    assert refusal(company, lambda unit: change(unit, CLERK)) == "customer_same"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("恒锐", {"KH0001", "KH0002"}),
        ("恒锐五金", {"KH0001"}),
        ("hengrui", {"KH0001", "KH0002"}),
        ("heng rui deng shi", {"KH0002"}),
        ("hrdszx", set()),
        ("hrds", {"KH0002"}),
        ("kh0002", {"KH0002"}),
        ("乐清", set()),
    ],
)
def test_customers_are_found_by_part_pinyin_initials_and_number(
    company: Engine, text: str, found: set[str]
) -> None:
    everybody = run(company, lambda unit: unit.customers.find(text, None, limit=10))
    assert {customer.erp_no for customer in everybody} == found
    own = run(company, lambda unit: unit.customers.find(text, {REP.staff_no}, limit=10))
    assert {customer.erp_no for customer in own} == found & {"KH0001"}
    assert run(company, lambda unit: unit.customers.count(text, None)) == len(found)


def test_an_offer_that_takes_its_own_step_s_condition_away_still_stands_approved(company: Engine) -> None:
    deep = run(company, lambda unit: propose(unit, rate="0.82"))
    run(company, lambda unit: approve_step(unit, MANAGER, at(deep, 0), NOW))
    run(company, lambda unit: make_offer(unit, BOSS, at(deep, 1), {"rate": "0.89"}, NOW))
    assert run(company, lambda unit: answer_offer(unit, REP, at(deep, 1), True, NOW)) is True
    with company.begin() as connection:
        steps = work(connection).requests.steps(deep.id or 0, 2)
        assert [(step.decided_by, step.state.value) for step in steps] == [
            (MANAGER.staff_no, "approved"),
            (BOSS.staff_no, "approved"),
            ("", "open"),
        ]


def test_instalments_put_in_other_words_are_other_terms(company: Engine) -> None:
    first = parse_settlement("预付30%,发货前付清")
    other = parse_settlement("预付50%,发货前付清")
    assert same_terms(first, first.to_json())
    assert not same_terms(other, first.to_json())
    assert same_terms(parse_settlement("月结,账期30天"), parse_settlement("月结30天").to_json())
    assert same_terms(parse_settlement("现款现货"), parse_settlement("现结").to_json())


@pytest.mark.parametrize(
    ("code", "offer"),
    [
        ("offer_same", {}),
        ("offer_same", {"rate": "0.88"}),
        ("offer_exceeds_request", {"rate": "0.87"}),
        ("rate_out_of_range", {"rate": "1.5"}),
        ("change_same", {"rate": "0.9"}),
    ],
)
def test_an_offer_gives_no_more_than_was_asked_and_changes_something(
    company: Engine, code: str, offer: dict[str, str]
) -> None:
    request = run(company, propose)
    assert refusal(company, lambda unit: make_offer(unit, MANAGER, at(request, 0), offer, NOW)) == code
