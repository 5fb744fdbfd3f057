"""The customer register on real databases: lookalikes, and one company filed by two reps at once."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from domain.approvals.acts import reject_step, return_step, withdraw_request
from domain.approvals.requests import Request
from domain.customers import Customer, CustomerState, file_customer, find_duplicates, refile_customer
from domain.errors import Refused
from domain.people import Employee
from domain.phones import parse_phone
from domain.settlements import parse_settlement
from storage.engine import create_write_engine
from storage.unit_of_work import SqlWork
from tests.support.company import (
    CLERK,
    OTHER_REP,
    REP,
    at,
    content,
    facts,
    file,
    settle_in,
    transaction,
    work_on,
)
from tests.support.database import NOW, race, rows, scalar

SAMPLE = Path(__file__).parents[2] / "deploy/sample_company/customers.csv"


@pytest.fixture
def company(engine: Engine) -> Engine:
    with engine.begin() as connection:
        settle_in(connection)
    return engine


@pytest.fixture
def sample(company: Engine) -> Iterator[SqlWork]:
    """The sample company's eighty customers."""
    with transaction(company) as work, SAMPLE.open(encoding="utf-8") as file_:
        for line in csv.DictReader(file_):
            work.customers.add(
                Customer(
                    erp_no=line["客户编号"],
                    name=line["客户名称"],
                    credit_code=line["统一社会信用代码"],
                    address=line["地址"],
                    contact=line["联系人"],
                    mobile=parse_phone(line["手机"]).e164 if line["手机"] else "",
                    landline=parse_phone(line["座机"]).e164 if line["座机"] else "",
                    rate=Decimal(line["折扣率"]),
                    settlement={},
                    owner_no=REP.staff_no,
                    state=CustomerState.FROZEN if line["状态"] == "冻结" else CustomerState.MAINTAINED,
                )
            )
        yield work


def known_as(work: SqlWork, erp_no: str) -> Customer:
    customer = work.customers.by_erp_no(erp_no)
    assert customer is not None
    return customer


ODDITIES = {
    ("KH0019", "KH0020"): "exact",
    ("KH0022", "KH0023"): "exact",
    ("KH0044", "KH0045"): "exact",
    ("KH0058", "KH0059"): "exact",
    ("KH0010", "KH0011"): "similar",
    ("KH0014", "KH0015"): "similar",
    ("KH0017", "KH0018"): "similar",
    ("KH0002", "KH0003"): "similar",
    ("KH0032", "KH0033"): "similar",
    ("KH0032", "KH0034"): "similar",
    ("KH0033", "KH0034"): "similar",
    ("KH0025", "KH0026"): "similar",
}


def test_every_oddity_of_the_sample_is_found_among_the_whole_register(sample: SqlWork) -> None:
    for pair, kind in ODDITIES.items():
        for filed, known in (pair, pair[::-1]):
            new, old = known_as(sample, filed), known_as(sample, known)
            found = find_duplicates(sample, new.name, new.credit_code, new.phones, apart_from=new.id)
            assert {match.known.id: match.kind for match in found}.get(str(old.id)) == kind, (filed, known)


def test_nothing_in_the_sample_is_an_exact_duplicate_but_those_four_pairs(sample: SqlWork) -> None:
    pairs = set()
    for (erp_no,) in rows(sample.connection, "SELECT erp_no FROM customers"):
        new = known_as(sample, erp_no)
        for match in find_duplicates(sample, new.name, new.credit_code, new.phones, apart_from=new.id):
            if match.kind == "exact":
                other = sample.customers.by_id(int(match.known.id))
                assert other is not None
                pairs.add(tuple(sorted((erp_no, other.erp_no or ""))))
    assert pairs == {pair for pair, kind in ODDITIES.items() if kind == "exact"}


def test_exact_matches_come_first_and_name_the_owner(sample: SqlWork) -> None:
    new = known_as(sample, "KH0019")
    found = find_duplicates(sample, new.name, "", new.phones)
    assert found[0].kind == "exact"
    assert found[0].known.owner_name == REP.name


def test_a_phone_alone_finds_its_customer(sample: SqlWork) -> None:
    phone = known_as(sample, "KH0001").phones[0]
    found = sample.customers.lookalikes("", "", (phone,))
    assert [known.name for known in found] == [known_as(sample, "KH0001").name]


def test_a_stored_customer_reads_back_as_it_was_written(company: Engine) -> None:
    with transaction(company) as work:
        request = file(work, credit_code="", name="佛山市恒锐五金制品有限公司")
    with transaction(company) as work:
        customer = work.customers.by_id(request.subject_id or 0)
        assert customer is not None
        assert (customer.rate, customer.mobile, customer.landline) == (Decimal("0.92"), "+8613800138000", "")
        assert customer.settlement == facts().settlement.to_json()
        assert str(customer.filed_on) == "2026-11-23"
        assert customer.state is CustomerState.PENDING


# --- one company, two reps -------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(3))
def test_two_reps_who_file_one_company_at_once_make_one_customer(company: Engine, attempt: int) -> None:
    def by(rep: Employee, name: str) -> Callable[[Connection], str]:
        return lambda connection: file(work_on(connection), rep, name=name).number

    outcomes = race(
        company,
        by(REP, "佛山市恒锐五金制品有限公司"),
        by(OTHER_REP, "佛山恒锐五金制品有限公司"),
        by(OTHER_REP, "佛山市恒锐五金制品有限责任公司"),
    )
    refusals = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert [refusal.code for refusal in refusals] == ["duplicate_customer"] * 2, outcomes
    assert {refusal.params["state"] for refusal in refusals} == {"pending"}
    with company.begin() as connection:
        assert scalar(connection, "SELECT count(*) FROM customers") == 1
        assert scalar(connection, "SELECT count(*) FROM requests") == 1


def test_filing_and_refiling_at_once_never_wait_for_each_other_in_a_circle(postgresql_database: str) -> None:
    """Both need the filing lock and the audit log's head; taken in two orders they would deadlock."""
    engine = create_write_engine(postgresql_database, connections=8)
    with engine.begin() as connection:
        settle_in(connection)
    returned = []
    for number in range(3):
        with transaction(engine) as work:
            request = file(work, name=f"丙丁机电{'一二三'[number]}有限公司", phone=f"1390013900{number}")
            returned.append(return_step(work, CLERK, at(request), "请补充", ["contact"], NOW))

    def refile(request: Request) -> Callable[[Connection], str]:
        stated = facts(request.title, f"1390013900{(request.id or 0) - 1}", contact="李四")

        def act(connection: Connection) -> str:
            answers = {**request.content, "contact": "李四"}
            return refile_customer(work_on(connection), REP, request.id or 0, 1, stated, answers, NOW).number

        return act

    def fresh(number: int) -> Callable[[Connection], str]:
        name = f"{'甲乙戊己'[number] * 2}塑胶有限公司"
        return lambda connection: file(work_on(connection), name=name, phone=f"1370013700{number}").number

    outcomes = race(engine, *map(refile, returned), *map(fresh, range(4)))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    engine.dispose()


# --- declined customers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["rejected", "withdrawn"])
def test_a_declined_customer_no_longer_blocks(company: Engine, how: str) -> None:
    with transaction(company) as work:
        request = file(work)
    with transaction(company) as work, pytest.raises(Refused), work.attempt():
        file(work, OTHER_REP)
    with transaction(company) as work:
        if how == "rejected":
            reject_step(work, CLERK, at(request), "条件不符", NOW)
        else:
            withdraw_request(work, REP, request.id or 0, 1, NOW)
    with transaction(company) as work:
        assert find_duplicates(work, "佛山市恒锐五金制品有限公司", "", ("+8613800138000",)) == []
        assert file(work, OTHER_REP).number == "KH-20261123-0002"


def test_many_declined_filings_do_not_hide_the_customer_that_stands(company: Engine) -> None:
    with transaction(company) as work:
        for _ in range(60):
            request = file(work, phone="13800138000")
            withdraw_request(work, REP, request.id or 0, 1, NOW)
        file(work, name="佛山市恒锐五金制品有限公司", phone="13900139000")
    with transaction(company) as work:
        found = find_duplicates(work, "佛山市恒锐五金制品有限公司", "", ("+8613800138000",))
        assert [match.kind for match in found] == ["exact"]


def test_mending_a_filing_does_not_find_itself_but_finds_others(company: Engine) -> None:
    with transaction(company) as work:
        request = file(work)
        file(work, OTHER_REP, name="东莞市长安丙丁机电有限公司", phone="13900139000")
        return_step(work, CLERK, at(request), "名称有误", ["name"], NOW)
    for name, fits in (("东莞市长安丙丁机电有限公司", False), ("佛山市恒锐精工制品有限公司", True)):
        with transaction(company) as work:
            expected = nullcontext() if fits else pytest.raises(Refused, match="duplicate_customer")
            with expected, work.attempt():
                refile_customer(work, REP, request.id or 0, 1, facts(name), content(name), NOW)


def test_a_renamed_customer_is_found_by_its_new_name_only(company: Engine) -> None:
    with transaction(company) as work:
        request = file(work)
        customer = work.customers.by_id(request.subject_id or 0)
        assert customer is not None
        customer.name, customer.mobile = "中山市皓月灯饰有限公司", ""
        work.customers.save(customer)
    with transaction(company) as work:
        assert [k.name for k in work.customers.lookalikes("中山皓月灯饰", "", ())] == [customer.name]
        assert work.customers.lookalikes("佛山市恒锐五金制品有限公司", "", ()) == [] or all(
            k.name == customer.name for k in work.customers.lookalikes("佛山市恒锐五金制品有限公司", "", ())
        )


# --- policy ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("rate_below_floor", {"rate": Decimal("0.7999")}),
        ("credit_too_long", {"settlement": parse_settlement("月结91天")}),
    ],
)
def test_a_rate_under_the_floor_and_too_long_a_term_are_refused(
    company: Engine, code: str, more: dict[str, object]
) -> None:
    with transaction(company) as work, pytest.raises(Refused, match=code):
        file_customer(work, REP, "d" * 12, replace(facts(), **more), content(), NOW)
