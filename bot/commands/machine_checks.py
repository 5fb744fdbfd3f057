"""Checks of the machine and the installation: settings, secrets, SQLite, folders, languages, calendar."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.clock import now
from bot.commands.findings import Finding, fault, fine, warning
from bot.commands.folders import known_token
from bot.commands.settings_faults import explain_settings, unknown_variables
from bot.settings import DEFAULT_SETTINGS, ROOT, Settings, load_settings
from domain.calendar import last_published, unpublished_year

SOUND_SQLITE = (3, 51, 3)
ENOUGH_SPACE = 500_000_000  # bytes
_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")
_MOUNTED = Path("/run/secrets")  # containers mount secrets there, readable inside only


def check_settings(path: Path | None, found: list[Settings]) -> Iterator[Finding]:
    """Check the settings; put them into `found` where they can be read."""
    file = path or DEFAULT_SETTINGS
    try:
        found.append(load_settings(path))
    except Exception as error:
        for sentence in explain_settings(error, file):
            yield fault("settings", sentence, f"mend {file}")
    else:
        yield fine("settings", f"{file} is sound")
    for sentence in unknown_variables(os.environ):
        yield fault("settings", sentence, "correct or remove the variable")


def check_secrets() -> Iterator[Finding]:
    """Check that nobody else can read a secret."""
    folder = Path(os.environ.get("MENXIA_SECRETS", str(ROOT / "deploy" / "secrets")))
    if not folder.is_dir():
        if "MENXIA_SECRETS" in os.environ:
            yield fault("secrets", f"there is no folder {folder}", "correct MENXIA_SECRETS")
        return
    open_files = [
        file
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and not file.name.startswith(".")
        and file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    ]
    if folder.is_relative_to(_MOUNTED) or not open_files:
        yield fine("secrets", f"{folder} is for its owner only")
    for file in open_files if not folder.is_relative_to(_MOUNTED) else ():
        yield fault("secrets", f"others can read {file}", f"chmod 600 {file}")


def check_token(settings: Settings, data: Path) -> Iterator[Finding]:
    token = settings.messenger.token.get_secret_value()
    if token and not _TOKEN.fullmatch(token):
        fix = "copy it again from @BotFather; it reads like 123456789:AA…"
        yield fault("token", "the bot's token is not one: it is cut short, or has spaces or quotes", fix)
    elif token:
        yield fine("token", "the bot's token is set")
    elif known_token(data) is not None:
        yield fine("token", f"{data} has a sandbox's own token")
    else:
        fix = "put it into deploy/secrets/messenger__token (chmod 600)"
        yield fault("token", "the bot's token is missing", fix)
    hook = settings.messenger.webhook
    if hook.url and len(hook.secret.get_secret_value()) < 32:
        fix = "put 32 random characters or more into deploy/secrets/messenger__webhook__secret"
        yield fault("token", "the webhook's secret is missing or short", fix)


def check_sqlite(settings: Settings) -> Iterator[Finding]:
    if settings.database.url.get_secret_value().startswith("postgresql"):
        yield fine("sqlite", "not used, the database is PostgreSQL")
    elif sqlite3.sqlite_version_info < SOUND_SQLITE:
        yield warning(
            "sqlite",
            f"SQLite {sqlite3.sqlite_version} can lose writes when two processes checkpoint at once",
            "run one bot on a database and no other program that writes to it, or use SQLite 3.51.3 or newer",
        )
    else:
        yield fine("sqlite", f"SQLite {sqlite3.sqlite_version}")


def check_folder(data: Path) -> Iterator[Finding]:
    if not data.is_dir():
        yield fault("data folder", f"there is no folder {data}", f"menxia migrate --data {data}")
        return
    if os.access(data, os.W_OK | os.X_OK):
        yield fine("data folder", f"{data} can be written")
    else:
        yield fault(
            "data folder", f"{data} cannot be written", f"chown it to the user that runs Menxia: {data}"
        )
    free = shutil.disk_usage(data).free
    room = f"{free // 1_000_000} MB free"
    if free < ENOUGH_SPACE:
        yield fault("data folder", f"only {room}", "make room, 500 MB at least")
    else:
        yield fine("data folder", room)


def check_languages(settings: Settings) -> Iterator[Finding]:
    from bot.app import LANGUAGES  # noqa: PLC0415 - a broken installation may not even import
    from bot.i18n import load_languages  # noqa: PLC0415

    zone = settings.company.timezone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield fault("time zone", f"{zone} is unknown", "write company.timezone like Asia/Shanghai")
        zone = "UTC"
    else:
        yield fine("time zone", zone)
    try:
        load_languages(LANGUAGES, zone)
    except Exception as error:
        yield fault("languages", f"a catalogue cannot be read: {error}", "restore the folder locales/")
    else:
        yield fine("languages", ", ".join(LANGUAGES))


def check_calendar(settings: Settings) -> Iterator[Finding]:
    """Tell in time that the working days of the coming year are only expected."""
    today = now().astimezone(ZoneInfo(settings.company.timezone)).date()
    if (year := unpublished_year(today)) is None:
        yield fine("calendar", f"working days are published up to {last_published()}")
        return
    yield warning(
        "calendar",
        f"the working days of {year} are not published here; statutory days and weekends are expected",
        "once the notice is out, update chinesecalendar, or run: menxia calendar import FILE",
    )
