"""The other commands: migrate, show, invite, audit, and what they say when something is missing."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.support.command_line import make_company, menxia


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_company(tmp_path_factory.mktemp("company"))


@pytest.fixture
def data(company: Path, tmp_path: Path) -> Path:
    shutil.copytree(company, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MENXIA_MESSENGER__TOKEN", raising=False)


@pytest.mark.parametrize(
    "call",
    [
        ("show", "customers"),
        ("audit", "verify"),
        ("staff", "invite", "YH0004"),
    ],
)
def test_command_without_a_database_says_how_to_make_one(tmp_path: Path, call: tuple[str, ...]) -> None:
    outcome = menxia(*call, "--data", tmp_path)
    assert outcome.code == 1
    advice = f"create it with: menxia migrate --data {tmp_path}"
    assert outcome.err == f"menxia: there is no database {tmp_path}/menxia.db; {advice}\n"
    assert list(tmp_path.iterdir()) == []


def test_migration_goes_up_down_and_up_again(tmp_path: Path) -> None:
    first = menxia("migrate", "--data", tmp_path)
    assert first.out.startswith(f"The database {tmp_path}/menxia.db stands at ")
    down = menxia("migrate", "--to", "base", "--data", tmp_path)
    assert down.out == f"The database {tmp_path}/menxia.db stands at nothing.\n"
    assert "is empty, this program needs" in menxia("show", "staff", "--data", tmp_path).err
    assert menxia("migrate", "--data", tmp_path).out == first.out
    unknown = menxia("migrate", "--to", "beyond", "--data", tmp_path)
    assert (unknown.code, unknown.out) == (2, "")
    assert "version beyond cannot be reached" in unknown.err


def test_bot_without_a_token_or_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENXIA_SECRETS", str(tmp_path / "none"))
    assert "no token is set" in menxia("run", "--data", tmp_path).err
    monkeypatch.setenv("MENXIA_MESSENGER__TOKEN", "123456789:" + "A" * 35)
    assert "menxia migrate" in menxia("run", "--data", tmp_path).err


def test_customers_are_shown_by_id_and_by_erp_number(data: Path) -> None:
    by_number = menxia("show", "customers", "kh0002", "--json", "--data", data).json
    assert (by_number["rate"], by_number["settlement"]["days"], by_number["state"]) == (
        "0.9",
        30,
        "maintained",
    )
    assert menxia("show", "customers", by_number["id"], "--json", "--data", data).json == by_number
    missing = menxia("show", "customers", "KH9999", "--json", "--data", data)
    assert (missing.code, missing.out) == (1, "")


def test_every_kind_is_shown_as_a_table_and_as_json(data: Path) -> None:
    for kind in ("customers", "staff", "requests", "conversations", "outbox", "audit"):
        assert menxia("show", kind, "--data", data).code == 0
        assert isinstance(menxia("show", kind, "--json", "--data", data).json, list)
    assert len(menxia("show", "staff", "--json", "--data", data).json) == 40
    assert [e["seq"] for e in menxia("show", "audit", "--json", "--limit", 2, "--data", data).json] == [
        134,
        133,
    ]


def test_invitation_is_a_text_to_send_and_only_its_hash_is_kept(data: Path) -> None:
    outcome = menxia("staff", "invite", "YH0004", "--data", data)
    start, token = outcome.out.split()
    assert (start, len(token)) == ("/start", 43)
    assert token.encode() not in (data / "menxia.db").read_bytes()


@pytest.mark.parametrize(
    ("staff_no", "words"), [("YH0011", "谭子豪 no longer works here."), ("YH9999", "no staff number YH9999")]
)
def test_invitation_is_refused_in_words(data: Path, staff_no: str, words: str) -> None:
    outcome = menxia("staff", "invite", staff_no, "--data", data)
    assert (outcome.code, outcome.out) == (1, "")
    assert words in outcome.err


def test_audit_log_that_was_tampered_with_is_found(data: Path) -> None:
    assert menxia("audit", "verify", "--data", data).out == "134 entries, the chain holds\n"
    with sqlite3.connect(data / "menxia.db") as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("""UPDATE audit SET after = '{"columns":["none"]}' WHERE seq = 60""")
    connection.close()
    broken = menxia("audit", "verify", "--data", data)
    assert broken.code == 1
    assert "the chain breaks at entry 60: it was changed after it was written" in broken.err


def test_wrong_settings_end_any_command_in_a_sentence(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[company]\nname = 'x'\n[messenger]\nclint = 'ptb'\n")
    outcome = menxia("show", "staff", "--settings", file, "--data", data)
    assert outcome.code == 1
    assert "messenger.clint is unknown; did you mean client?" in outcome.err
    assert "policy is missing" in outcome.err
