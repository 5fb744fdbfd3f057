"""Joining: invitations on real databases, from the link to the confirmed account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from domain.errors import Refused
from domain.events import AccountClaimed, AccountConfirmed
from domain.onboarding import (
    Invitation,
    InvitationState,
    claim_invitation,
    decide_claim,
    hash_token,
    invite_employee,
)
from domain.people import Account, Employee, Role
from storage.unit_of_work import SqlWork
from tests.support.company import (
    ADMIN,
    CHANNEL,
    CLERK,
    LEAVER,
    REP,
    STAFF,
    account_of,
    change_roles,
    leave,
    settle_in,
    transaction,
    unbind,
    work_on,
)
from tests.support.database import NOW, race, rows, scalar

DAY = timedelta(days=1)


@pytest.fixture
def company(engine: Engine) -> Engine:
    """Everybody works here, and the rep has no account yet."""
    with engine.begin() as connection:
        settle_in(connection)
        unbind(connection, REP)
    return engine


def newcomer(number: str = "900") -> Account:
    return Account(CHANNEL, f"u{number}", f"chat{number}", "", "zh_CN")


def invited(engine: Engine, staff_no: str = REP.staff_no) -> str:
    with transaction(engine) as work:
        return invite_employee(work, staff_no, DAY, NOW)


def claimed(engine: Engine, token: str, account: Account | None = None) -> Invitation | None:
    with transaction(engine) as work:
        return claim_invitation(work, token, account or newcomer(), "小张", NOW)


def bound(engine: Engine) -> list[str]:
    query = f"SELECT user_id FROM accounts WHERE staff_no = '{REP.staff_no}'"
    with engine.begin() as connection:
        return [user for (user,) in rows(connection, query)]


def test_an_invitation_becomes_an_account_once_an_administrator_agrees(company: Engine) -> None:
    token = invited(company)
    with transaction(company) as work:
        invitation = claim_invitation(work, token, newcomer(), "小张", NOW)
        assert invitation is not None
        assert invitation.state is InvitationState.CLAIMED
        assert work.events == [AccountClaimed(invitation.id or 0, REP.staff_no, "小张")]
    assert bound(company) == []  # no rights yet
    with transaction(company) as work:
        decide_claim(work, ADMIN, invitation.id or 0, True, "zh_CN", NOW)
        (event,) = work.events
        assert isinstance(event, AccountConfirmed)
        assert (event.by, event.accepted, event.chat_id) == (ADMIN.staff_no, True, "chat900")
    with transaction(company) as work:
        known = work.people.by_account(CHANNEL, "u900")
        assert known is not None
        assert known[1].staff_no == REP.staff_no
        actions = rows(work.connection, "SELECT actor_no, action, subject FROM audit ORDER BY seq")
    assert actions == [
        ("", "invitation_issued", REP.staff_no),
        ("", "invitation_claimed", REP.staff_no),
        (ADMIN.staff_no, "account_bound", REP.staff_no),
        (ADMIN.staff_no, "invitation_confirmed", REP.staff_no),
    ]


def test_the_token_is_kept_nowhere_but_as_its_hash(company: Engine) -> None:
    token = invited(company)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    with company.begin() as connection:
        stored = rows(connection, "SELECT * FROM invitations") + rows(connection, "SELECT * FROM audit")
        assert scalar(connection, "SELECT token_hash FROM invitations") == hash_token(token)
    assert token not in repr(stored)


def test_two_invitations_never_have_the_same_token(company: Engine) -> None:
    assert len({invited(company) for _ in range(20)}) == 20


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "' OR 1=1 --"])
def test_an_unknown_token_gives_nothing(company: Engine, token: str) -> None:
    invited(company)
    assert claimed(company, token) is None


def test_an_invitation_is_good_until_it_expires(company: Engine) -> None:
    token = invited(company)
    with transaction(company) as work:
        assert claim_invitation(work, token, newcomer(), "小张", NOW + DAY) is None
        assert claim_invitation(work, token, newcomer(), "小张", NOW + DAY - timedelta(seconds=1)) is not None


def test_a_second_account_cannot_claim_what_is_claimed(company: Engine) -> None:
    token = invited(company)
    assert claimed(company, token) is not None
    assert claimed(company, token, newcomer("901")) is None


def test_the_same_account_may_open_the_link_again_while_it_waits(company: Engine) -> None:
    token = invited(company)
    assert claimed(company, token) is not None
    with transaction(company) as work:
        again = claim_invitation(work, token, newcomer(), "小张", NOW)
        assert again is not None
        assert again.state is InvitationState.CLAIMED
        assert work.events == []  # the administrators are asked once
    with company.begin() as connection:
        assert scalar(connection, "SELECT count(*) FROM audit") == 2


def test_two_accounts_that_claim_at_once_end_with_one_claim(company: Engine) -> None:
    token = invited(company)
    outcomes = race(
        company,
        *(
            lambda c, n=n: claim_invitation(work_on(c), token, newcomer(str(n)), "某人", NOW) is not None
            for n in range(4)
        ),
    )
    assert sorted(outcomes, key=str) == [False, False, False, True]


def decided(engine: Engine, invitation: Invitation | None, accept: bool) -> None:
    assert invitation is not None
    with transaction(engine) as work:
        decide_claim(work, ADMIN, invitation.id or 0, accept, "zh_CN", NOW)


def test_a_used_invitation_is_used_up(company: Engine) -> None:
    token = invited(company)
    decided(company, claimed(company, token), accept=True)
    assert claimed(company, token) is None
    assert claimed(company, token, newcomer("901")) is None


def test_a_refused_claim_binds_nobody_and_cannot_be_claimed_again(company: Engine) -> None:
    token = invited(company)
    invitation = claimed(company, token)
    decided(company, invitation, accept=False)
    assert bound(company) == []
    assert claimed(company, token) is None
    with transaction(company) as work, pytest.raises(Refused, match="claim_settled"):
        decide_claim(work, ADMIN, (invitation and invitation.id) or 0, True, "zh_CN", NOW)


def test_a_claim_is_settled_once_even_by_two_at_once(company: Engine) -> None:
    invitation = claimed(company, invited(company))
    assert invitation is not None

    def decide(accept: bool):
        return lambda c: decide_claim(work_on(c), ADMIN, invitation.id or 0, accept, "zh_CN", NOW).state

    outcomes = race(company, decide(True), decide(False), decide(True))
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
    with company.begin() as connection:
        state = scalar(connection, "SELECT state FROM invitations")
        assert bool(rows(connection, "SELECT 1 FROM accounts WHERE user_id = 'u900'")) == (
            state == "confirmed"
        )


@pytest.mark.parametrize("employee", [e for e in STAFF if e is not ADMIN], ids=lambda e: e.name)
def test_only_an_administrator_confirms(company: Engine, employee: Employee) -> None:
    invitation = claimed(company, invited(company))
    assert invitation is not None
    with transaction(company) as work, pytest.raises(Refused, match="role_required"):
        decide_claim(work, employee, invitation.id or 0, True, "zh_CN", NOW)
    with transaction(company) as work, pytest.raises(Refused, match="role_required"):
        decide_claim(work, employee, 999, True, "zh_CN", NOW)


def test_an_administrator_who_left_confirms_nothing(company: Engine) -> None:
    invitation = claimed(company, invited(company))
    with company.begin() as connection:
        gone = leave(connection, ADMIN)
    with transaction(company) as work, pytest.raises(Refused, match="role_required"):
        decide_claim(work, gone, (invitation and invitation.id) or 0, True, "zh_CN", NOW)


def test_nobody_who_left_is_invited_and_nobody_unknown(company: Engine) -> None:
    with transaction(company) as work:
        with pytest.raises(Refused, match="staff_left"):
            invite_employee(work, LEAVER.staff_no, DAY, NOW)
        with pytest.raises(Refused, match="staff_unknown"):
            invite_employee(work, "YH9999", DAY, NOW)


def test_an_invitation_of_somebody_who_left_meanwhile_gives_nothing(company: Engine) -> None:
    token = invited(company)
    with company.begin() as connection:
        leave(connection, REP)
    assert claimed(company, token) is None


def test_a_claim_of_somebody_who_left_meanwhile_cannot_be_confirmed(company: Engine) -> None:
    invitation = claimed(company, invited(company))
    with company.begin() as connection:
        leave(connection, REP)
    with transaction(company) as work, pytest.raises(Refused, match="staff_left"):
        decide_claim(work, ADMIN, (invitation and invitation.id) or 0, True, "zh_CN", NOW)
    decided(company, invitation, accept=False)


# --- the first administrator -----------------------------------------------------------------------------


def alone(connection: Connection) -> None:
    settle_in(connection)
    connection.exec_driver_sql("DELETE FROM accounts")


def test_the_first_administrator_needs_nobody_to_confirm(engine: Engine) -> None:
    with engine.begin() as connection:
        alone(connection)
    with transaction(engine) as work:
        token = invite_employee(work, ADMIN.staff_no, DAY, NOW)
        invitation = claim_invitation(work, token, newcomer(), "小周", NOW)
        assert invitation is not None
        assert invitation.state is InvitationState.CONFIRMED
        (event,) = work.events
        assert isinstance(event, AccountConfirmed)
        assert event.by == ""
    with transaction(engine) as work:
        known = work.people.by_account(CHANNEL, "u900")
        assert known is not None
        assert known[1].staff_no == ADMIN.staff_no


def test_the_first_of_anybody_else_still_waits_for_an_administrator(engine: Engine) -> None:
    with engine.begin() as connection:
        alone(connection)
    invitation = claimed(engine, invited(engine))
    assert invitation is not None
    assert invitation.state is InvitationState.CLAIMED


def test_the_second_administrator_is_confirmed_by_the_first(company: Engine) -> None:
    with company.begin() as connection:
        change_roles(connection, CLERK, Role.SYSTEM_ADMIN)
    invitation = claimed(company, invited(company, CLERK.staff_no))
    assert invitation is not None
    assert invitation.state is InvitationState.CLAIMED


# --- a new phone -----------------------------------------------------------------------------------------


def test_a_new_account_takes_the_place_of_the_former(company: Engine) -> None:
    decided(company, claimed(company, invited(company)), accept=True)
    decided(company, claimed(company, invited(company), newcomer("901")), accept=True)
    assert bound(company) == ["u901"]
    with transaction(company) as work:
        assert work.people.by_account(CHANNEL, "u900") is None
        assert work.people.by_chat(CHANNEL, "chat900") is None


def test_an_account_that_is_given_to_somebody_else_is_theirs_alone(company: Engine) -> None:
    decided(company, claimed(company, invited(company)), accept=True)
    decided(company, claimed(company, invited(company, CLERK.staff_no)), accept=True)
    with transaction(company) as work:
        known = work.people.by_account(CHANNEL, "u900")
        assert known is not None
        assert known[1].staff_no == CLERK.staff_no
        assert work.people.accounts([REP.staff_no]) == {}
        assert work.people.accounts([CLERK.staff_no])[CLERK.staff_no].chat_id == "chat900"


def test_a_very_long_display_name_is_cut(company: Engine) -> None:
    token = invited(company)
    with transaction(company) as work:
        invitation = claim_invitation(work, token, newcomer(), "名" * 500, NOW)
        assert invitation is not None
        assert len(invitation.display_name) == 200


def test_an_account_reads_back_as_it_was_bound(company: Engine) -> None:
    with transaction(company) as work:
        assert _account(work, CLERK.staff_no) == account_of(CLERK)
        work.people.set_language(account_of(CLERK), "en")
        work.people.set_reachable(CHANNEL, account_of(CLERK).chat_id, False)
    with transaction(company) as work:
        stored = _account(work, CLERK.staff_no)
        assert (stored.language, stored.reachable) == ("en", False)
        assert work.people.language_of_chat(CHANNEL, stored.chat_id) == "en"
        assert work.people.language_of_chat(CHANNEL, "nobody's") == ""


def _account(work: SqlWork, staff_no: str) -> Account:
    return work.people.accounts([staff_no])[staff_no]
