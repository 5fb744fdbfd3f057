"""The demo, the sandbox and the bot as processes, over real HTTP."""

from __future__ import annotations

import signal
import stat
from pathlib import Path

from tests.support.command_line import Process, ask, menxia, running, say

REP, LEAVER, STRANGER = 7_000_000_004, 7_000_000_011, 12_345


def address_of(process: Process, kind: str = "demo") -> str:
    said = process.line()
    assert said.startswith(f"Menxia {kind} ready: http://127.0.0.1:"), said
    return said.rpartition(" ")[2]


def test_demo_lets_every_kind_of_person_try_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    with running("demo", "--port", 0, "--data", tmp_path) as demo:
        address = address_of(demo)
        people = {person["id"]: person for person in ask(address, "/sandbox/people")}
        assert people[REP]["title"] == "销售代表"
        assert people[LEAVER]["title"].endswith("(已离职)")
        assert "您好" in say(address, REP, "/start")
        assert "停用" in say(address, LEAVER, "/start")
        assert "邀请" in say(address, STRANGER, "/start")
        assert stat.S_IMODE((tmp_path / "sandbox.token").stat().st_mode) == 0o600
        assert len(menxia("show", "customers", "--json", "--data", tmp_path).json) == 80
        assert demo.stop() == 0
        assert demo.errors() == ""
    with running("demo", "--port", 0, "--data", tmp_path, "--client", "aiogram") as again:
        address = address_of(again)
        assert any(m["text"] == "/start" for m in ask(address, f"/sandbox/chats/{REP}/messages"))
        assert "您好" in say(address, REP, "/start")
        assert again.stop(signal.SIGINT) == 0


def test_second_demo_on_a_folder_or_a_port_says_so(tmp_path: Path) -> None:
    with running("demo", "--port", 0, "--data", tmp_path / "one") as demo:
        port = address_of(demo).rpartition(":")[2]
        same_folder = menxia("demo", "--port", 0, "--data", tmp_path / "one")
        same_port = menxia("demo", "--port", port, "--data", tmp_path / "two")
    assert (same_folder.code, same_port.code) == (1, 1)
    assert "another demo or sandbox is running" in same_folder.err
    assert same_port.err == f"menxia: port {port} is in use; choose another with --port\n"


def test_bot_killed_beside_a_sandbox_answers_once_it_runs_again(tmp_path: Path) -> None:
    with running("sandbox", "--port", 0, "--data", tmp_path) as sandbox:
        address = address_of(sandbox, "sandbox")
        assert sandbox.line() == f"Token file: {tmp_path / 'sandbox.token'}"
        bot = ("run", "--data", tmp_path, "--api-base", address)
        with running(*bot) as first:
            assert "您好" in say(address, REP, "/start")
            other = menxia(*bot)
            assert (other.code, "another bot is running" in other.err) == (1, True)
            assert first.stop(signal.SIGKILL) == -signal.SIGKILL
        with running("run", "--data", tmp_path) as second:  # which finds the folder's sandbox by itself
            assert "您好" in say(address, REP, "/start")
            assert second.stop() == 0
        assert sandbox.stop() == 0


def test_bot_started_before_its_messenger_waits_for_it(tmp_path: Path) -> None:
    with running("sandbox", "--port", 0, "--data", tmp_path) as sandbox:
        address = address_of(sandbox, "sandbox")
        assert sandbox.stop() == 0
    with running("run", "--data", tmp_path, "--api-base", address) as bot:
        assert "cannot be reached" in bot.complaint()
        with running("sandbox", "--port", address.rpartition(":")[2], "--data", tmp_path) as again:
            address_of(again, "sandbox")
            assert "您好" in say(address, REP, "/start")
            assert again.stop() == 0
        assert bot.stop() == 0


def test_fresh_demo_deletes_nothing_where_something_else_lies(tmp_path: Path) -> None:
    (tmp_path / "sandbox.token").write_text("4200001:left-by-a-demo")
    (tmp_path / "letters.txt").write_text("mine")
    refused = menxia("demo", "--fresh", "--port", 0, "--data", tmp_path)
    assert refused.code == 1
    assert "letters.txt" in refused.err
    assert (tmp_path / "sandbox.token").exists()


def test_demo_leaves_a_real_database_alone(tmp_path: Path) -> None:
    menxia("migrate", "--data", tmp_path)
    for call in (("demo",), ("demo", "--fresh")):
        refused = menxia(*call, "--port", 0, "--data", tmp_path)
        assert refused.code == 1
        assert "not a demo's" in refused.err
    assert (tmp_path / "menxia.db").exists()
