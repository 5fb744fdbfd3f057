"""Messengers behind one port; a client library is imported only when it is chosen."""

from __future__ import annotations

from typing import Literal

from bot.messengers.port import Messenger


def create(client: Literal["ptb", "aiogram"], token: str, api_base: str) -> Messenger:
    """Make the Telegram adapter over the chosen client; nothing connects before `open`."""
    if client == "ptb":
        from bot.messengers.telegram_ptb import TelegramPtb  # noqa: PLC0415

        return TelegramPtb(token, api_base)
    from bot.messengers.telegram_aiogram import TelegramAiogram  # noqa: PLC0415

    return TelegramAiogram(token, api_base)
