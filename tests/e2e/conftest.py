"""Fixtures of the transcripts: a company, a client, and a stage with the bot on it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import pytest

from bot.commands.demo import RULES as DEMO_RULES
from tests.support.stage import Company, Stage, set_stage


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    return Company.found(tmp_path_factory.mktemp("company"))


@pytest.fixture(params=["ptb", "aiogram"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def stage(company, tmp_path, client, caplog) -> AsyncIterator[Stage]:
    """A stage whose bot runs in this process; an error that the bot logs fails the test."""
    caplog.set_level(logging.WARNING)
    async with set_stage(company, tmp_path, client, Stage.start_bot) as stage:
        yield stage
    told = [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
    assert not told


@pytest.fixture
async def paced_stage(company, tmp_path, client) -> AsyncIterator[Stage]:
    """A stage whose sandbox limits messages as the demo's does, and whose bot knows it."""
    async with set_stage(company, tmp_path, client, Stage.start_paced_bot, DEMO_RULES) as stage:
        yield stage
