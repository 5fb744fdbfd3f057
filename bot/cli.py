"""The `menxia` command: what can be called, and with which options."""

# ruff: noqa: PLC0415 - each command imports what it needs itself, so that `menxia run` starts fast and stays small

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.faults import Fault

app = typer.Typer(
    name="menxia",
    help="Menxia (门下): requests and approvals on the company messenger.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Client(StrEnum):
    PTB = "ptb"
    AIOGRAM = "aiogram"


SettingsFile = Annotated[
    Path | None, typer.Option("--settings", metavar="FILE", help="Settings; default: settings.toml.")
]
Data = Annotated[
    Path, typer.Option("--data", metavar="DIR", envvar="MENXIA_DATA", help="Database and attachments.")
]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")]
ClientChoice = Annotated[Client | None, typer.Option("--client", help="Telegram client to use.")]
DATA, DEMO_DATA, PORT = Path("data"), Path("data/demo"), 8080


@app.command()
def demo(
    settings: SettingsFile = None,
    data: Data = DEMO_DATA,
    port: Port = PORT,
    client: ClientChoice = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin anew: delete what a demo left there.")
    ] = False,
) -> None:
    """Try everything on this machine with a sample company; no token, no internet."""
    from bot.commands.demo import run_demo

    run_demo(settings, data, port, client.value if client else None, fresh)


@app.command()
def sandbox(
    settings: SettingsFile = None,
    data: Data = DATA,
    port: Port = PORT,
    bare: Annotated[bool, typer.Option("--bare", help="Load no sample company, show no staff.")] = False,
) -> None:
    """Run the sandbox messenger alone, for a bot started with `menxia run`."""
    from bot.commands.demo import run_sandbox

    run_sandbox(settings, data, port, bare)


@app.command()
def run(
    settings: SettingsFile = None,
    data: Data = DATA,
    client: ClientChoice = None,
    api_base: Annotated[str, typer.Option(help="Address of the messenger's API.")] = "",
    token_file: Annotated[Path | None, typer.Option(help="File that holds the bot's token.")] = None,
) -> None:
    """Run the bot."""
    from bot.commands.running import run_bot

    run_bot(settings, data, client.value if client else None, api_base, token_file)


def main() -> None:
    """Run a command; an expected fault is one sentence on standard error."""
    try:
        app()
    except Fault as fault:
        typer.echo(f"menxia: {fault}", err=True)
        sys.exit(fault.code)
