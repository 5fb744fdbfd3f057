"""Domain values in a person's words: rates, terms, phones, states."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from domain.approvals.requests import RequestKind, RequestState, StepState
from domain.approvals.routes import Act, Mode
from domain.customers import CustomerState
from domain.people import Role
from domain.rates import rate_words
from domain.settlements import Settlement, SettlementMethod, settlement_words
from handlers.language import N_, Language

_TERMS = {
    SettlementMethod.PREPAY: N_("payment before delivery"),
    SettlementMethod.CASH: N_("cash on the spot"),
    SettlementMethod.MONTHLY: N_("monthly, {days} days"),
    SettlementMethod.MONTHLY_NEXT: N_("monthly from the next month, {days} days"),
    SettlementMethod.AFTER_INVOICE: N_("{days} days after invoice"),
    SettlementMethod.AFTER_DELIVERY: N_("{days} days after delivery"),
    SettlementMethod.NET_DAYS: N_("net {days} days"),
    SettlementMethod.BANK_ACCEPTANCE: N_("bank acceptance"),
    SettlementMethod.INSTALLMENT: N_("instalments"),
}
_REQUEST_STATES = {
    RequestState.PENDING: N_("awaiting approval"),
    RequestState.APPROVED: N_("approved, to be carried out"),
    RequestState.RETURNED: N_("returned"),
    RequestState.REJECTED: N_("rejected"),
    RequestState.WITHDRAWN: N_("withdrawn"),
    RequestState.DONE: N_("completed"),
    RequestState.VOIDED: N_("voided"),
    RequestState.LAPSED: N_("lapsed"),
}
_STEP_STATES = {
    StepState.WAITING: N_("not yet its turn"),
    StepState.OPEN: N_("awaiting approval"),
    StepState.OFFERED: N_("made a counter-offer"),
    StepState.APPROVED: N_("approved"),
    StepState.REJECTED: N_("rejected"),
    StepState.RETURNED: N_("returned"),
    StepState.TRANSFERRED: N_("transferred"),
    StepState.EXECUTED: N_("recorded"),
    StepState.VOIDED: N_("voided"),
    StepState.CANCELLED: N_("no longer needed"),
}
_ACTS = {Act.REVIEW: N_("check"), Act.APPROVE: N_("approval"), Act.EXECUTE: N_("carrying out")}
_MODES = {Mode.ANY: N_("any of them"), Mode.ALL: N_("all of them"), Mode.IN_TURN: N_("in turn")}
_KINDS = {
    RequestKind.NEW_CUSTOMER: N_("New customer"),
    RequestKind.DISCOUNT_CHANGE: N_("Discount change"),
    RequestKind.FILE_LOAN: N_("File loan"),
    RequestKind.LOAN_RENEWAL: N_("Renewal"),
}
_ROLES = {
    Role.SALES_REP: N_("sales rep"),
    Role.SALES_ADMIN: N_("sales admin"),
    Role.MARKET_MANAGER: N_("market manager"),
    Role.LEAD_ACCOUNTANT: N_("lead accountant"),
    Role.GENERAL_MANAGER: N_("general manager"),
    Role.DEPARTMENT_HEAD: N_("department head"),
    Role.HR_MANAGER: N_("HR manager"),
    Role.FILE_KEEPER: N_("keeper of personnel files"),
    Role.ADMIN_MANAGER: N_("administration manager"),
    Role.SYSTEM_ADMIN: N_("system administrator"),
    Role.EMPLOYEE: N_("employee"),
}
_CUSTOMER_STATES = {
    CustomerState.PENDING: N_("being filed"),
    CustomerState.ACTIVE: N_("active"),
    CustomerState.MAINTAINED: N_("trading"),
    CustomerState.FROZEN: N_("frozen"),
    CustomerState.DECLINED: N_("declined"),
}


def show_rate(_: Language, rate: Decimal) -> str:
    """Write a rate as a rep says it: 九二折; elsewhere as the share of list price that is paid."""
    if _.code.startswith("zh"):
        return rate_words(rate)
    return _("{percent} of list price", percent=_.percent(rate))


def show_settlement(_: Language, settlement: Settlement) -> str:
    if _.code.startswith("zh"):
        return settlement_words(settlement)
    return _(_TERMS[settlement.method], days=settlement.days or 0)


def show_request_state(_: Language, state: RequestState) -> str:
    return _(_REQUEST_STATES[state])


def show_step_state(_: Language, state: StepState) -> str:
    return _(_STEP_STATES[state])


def show_act(_: Language, act: Act) -> str:
    return _(_ACTS[act])


def show_customer_state(_: Language, state: CustomerState) -> str:
    return _(_CUSTOMER_STATES[state])


def show_mode(_: Language, mode: Mode) -> str:
    return _(_MODES[mode])


def show_kind(_: Language, kind: RequestKind) -> str:
    return _(_KINDS[kind])


def show_who(_: Language, who: str, name_of: Callable[[str], str]) -> str:
    """Write whom a route's rule names. name_of: gives a person's name by staff number."""
    return "、".join(_show_name(_, name, name_of) for name in who.split(","))


def _show_name(_: Language, name: str, name_of: Callable[[str], str]) -> str:
    kind, _colon, argument = name.partition(":")
    match kind:
        case "role":
            return _(_ROLES[Role(argument)])
        case "superior" if argument and argument != "1":
            return _("superior, {n} levels up", n=argument)
        case "superior":
            return _("direct superior")
        case "custodian":
            return _("keeper of the file's unit")
        case "head" if argument:
            return _("head of department {number}", number=argument)
        case "head":
            return _("head of the own department")
        case _:
            return name_of(argument)


def labelled(_: Language, label: str, value: str) -> str:
    return _("{label}: {value}", label=label, value=value)


def shorten(text: str, length: int = 24) -> str:
    """Cut what would not fit a button or a line."""
    return text if len(text) <= length else text[: length - 1] + "…"
