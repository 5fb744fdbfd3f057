"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

import psutil

LIBRARIES = ("python-telegram-bot", "aiogram", "aiohttp", "httpx", "sqlalchemy", "sqlmodel", "pydantic")


def facts(folder: Path) -> str:
    """Describe processor, disk, versions and load."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    load = " ".join(f"{one:.2f}" for one in os.getloadavg())
    return "\n".join(
        [
            f"Machine: {_processor()}, {psutil.cpu_count()} cores, {psutil.virtual_memory().total >> 30} GB,"
            f" {platform.system()} {platform.release()}",
            f"Disk: {_file_system(folder)}, data in {folder.parent}; load average {load}",
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _file_system(folder: Path) -> str:
    mounts = [p for p in psutil.disk_partitions(all=True) if folder.is_relative_to(p.mountpoint)]
    nearest = max(mounts, key=lambda p: len(p.mountpoint))
    return f"{nearest.fstype} on {nearest.device}"
