"""The doctor: every fault in plain words, and never a crash."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.settings import DEFAULT_SETTINGS
from tests.support.command_line import Outcome, make_company, menxia, running

TOKEN = "123456789:" + "A" * 35


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MENXIA_SECRETS", str(tmp_path / "secrets"))
    (tmp_path / "secrets").mkdir(mode=0o700)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_company(tmp_path_factory.mktemp("company"), customers=False)


def settings_with(tmp_path: Path, old: str, new: str) -> Path:
    text = DEFAULT_SETTINGS.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "settings.toml"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


def doctor(data: Path, *more: object) -> Outcome:
    return menxia("doctor", "--json", "--data", data, *more)


def found(outcome: Outcome, level: str) -> list[str]:
    return [f"{each['subject']}: {each['found']}" for each in outcome.json if each["level"] == level]


def faults_of(data: Path, *more: object) -> str:
    outcome = doctor(data, *more)
    assert outcome.code == 1
    assert all(each["fix"] for each in outcome.json if each["level"] != "ok")
    return "\n".join(found(outcome, "fault"))


def test_demo_company_has_no_fault_and_warns_of_the_head_who_left(tmp_path: Path) -> None:
    with running("demo", "--port", 0, "--data", tmp_path / "demo") as demo:
        assert demo.line().startswith("Menxia demo ready")
        outcome = doctor(tmp_path / "demo")
    assert outcome.code == 0, outcome.out
    assert "YH0030 劳国强 has left and is still the superior of YH0031" in outcome.out
    assert "route new_customer, step 2 (approve): role:market_manager: YH0013 招秀芬" in found(outcome, "ok")


def test_company_without_accounts_has_holes_in_its_route(company: Path) -> None:
    faults = faults_of(company)
    assert "staff: no system_admin has an account (YH0025 司徒亮)" in faults
    assert "step 2 (approve): role:market_manager: nobody has an account (YH0013 招秀芬)" in faults
    assert "token: the bot's token is missing" in faults


def test_role_nobody_holds_and_step_of_someone_who_left_are_faults(company: Path, tmp_path: Path) -> None:
    file = settings_with(
        tmp_path, 'act = "review", who = "role:sales_admin"', 'act = "review", who = "staff:YH0011"'
    )
    assert "step 1 (review): staff:YH0011: only people who left (YH0011 谭子豪)" in faults_of(
        company, "--settings", file
    )
    file = settings_with(tmp_path, "role:market_manager", "staff:YH9999")
    assert "step 2 (approve): staff:YH9999: nobody" in faults_of(company, "--settings", file)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'client = "ptb"',
            'clint = "ptb"',
            "settings.toml: messenger.clint is unknown; did you mean client?",
        ),
        ("[retention]", "[retentoin]", "settings.toml: retentoin is unknown; did you mean retention?"),
        ("max_credit_days = 90", "max_credit_days = -1", "policy.max_credit_days: input should be greater"),
        ('name = "粤恒', 'nam = "粤恒', "settings.toml: company.name is missing"),
        ("role:market_manager", "role:marketing", "'role:marketing' names nobody"),
        ("[company]", "[company", "settings.toml is not valid TOML"),
        ("Asia/Shanghai", "Asia/Shangai", "time zone: Asia/Shangai is unknown"),
    ],
)
def test_fault_in_the_settings_is_named(
    company: Path, tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert words in faults_of(company, "--settings", settings_with(tmp_path, old, new))


def test_variable_that_names_no_setting_is_a_fault(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENXIA_MESSENGER__TOKN", "x")
    monkeypatch.setenv("MENXIA_MESSENGER__CLIENT", "telegraf")
    faults = faults_of(company)
    assert "MENXIA_MESSENGER__TOKN names no setting; did you mean MENXIA_MESSENGER__TOKEN?" in faults
    assert "MENXIA_MESSENGER__CLIENT: messenger.client: input should be 'ptb' or 'aiogram'" in faults


def test_secret_that_others_can_read_is_a_fault_and_is_never_shown(company: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secrets" / "messenger__token"
    secret.write_text(TOKEN)
    secret.chmod(0o644)
    outcome = doctor(company)
    assert any(f"others can read {secret}" in each for each in found(outcome, "fault"))
    assert "token: the bot's token is set" in found(outcome, "ok")
    assert TOKEN not in outcome.out
    secret.chmod(0o600)
    assert not any(each.startswith("secrets") for each in found(doctor(company), "fault"))


def test_token_that_is_cut_short_is_a_fault(company: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENXIA_MESSENGER__TOKEN", "'123456789:AAA'")
    assert "token: the bot's token is not one" in faults_of(company)


def _garbage(file: Path) -> None:
    file.write_bytes(b"this is no database" * 1000)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _old(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0000')")
    connection.close()


def _folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_garbage, "file is not a database"),
        (_empty, "the database is empty"),
        (_old, "stands at version 0000, this program needs"),
        (_folder, "there is no"),
    ],
)
def test_broken_database_is_a_finding_and_no_crash(tmp_path: Path, spoil: Any, words: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    spoil(data / "menxia.db")
    faults = faults_of(data)
    assert words in faults
    assert "cannot be checked" not in faults


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://menxia@127.0.0.1:9/menxia", "database: the database cannot be used: connection"),
        ("mysql://host/menxia", "database: database.url is not an address"),
        ("menxia", "database: database.url is not an address"),
    ],
)
def test_database_that_does_not_answer_is_a_finding(
    company: Path, monkeypatch: pytest.MonkeyPatch, url: str, words: str
) -> None:
    monkeypatch.setenv("MENXIA_DATABASE__URL", url)
    assert words in faults_of(company)
    for call in (("show", "staff"), ("migrate",), ("staff", "invite", "YH0004")):
        outcome = menxia(*call, "--data", company)
        assert (outcome.code, outcome.out) == (1, "")


def test_installation_that_is_not_there_at_all_is_explained(tmp_path: Path) -> None:
    faults = faults_of(tmp_path / "nowhere", "--settings", tmp_path / "none.toml")
    assert "there is no settings file" in faults
    assert "there is no folder" in faults


def test_table_shows_signs_and_sums_up(company: Path) -> None:
    outcome = menxia("doctor", "--data", company)
    assert outcome.code == 1
    assert all(sign in outcome.out for sign in "✓!✗")
    assert "faults," in outcome.out.splitlines()[-1]
