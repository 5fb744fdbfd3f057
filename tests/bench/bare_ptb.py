"""The same filing as a plain python-telegram-bot bot: ConversationHandler in memory, run_polling.

`python -m tests.bench.bare_ptb API_BASE TOKEN [ours]`; ours: over Menxia's transport in place of the default
HTTPXRequest, to tell what the transport alone is worth.
"""

from __future__ import annotations

import sys
from typing import Any

from telegram import (
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    MessageEntity,
    Update,
)
from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

from tests.bench import screens

TYPED, TAPPED, SUMMARY = range(3)
Here = ContextTypes.DEFAULT_TYPE


def keyboard(rows: screens.Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


def bold(length: int) -> list[MessageEntity]:
    return [MessageEntity(MessageEntity.BOLD, 0, length)]


def kept(context: Here) -> dict[str, Any]:
    assert context.user_data is not None
    return context.user_data


def said(update: Update) -> Message:
    assert update.message is not None
    return update.message


def tapped(update: Update) -> CallbackQuery:
    assert update.callback_query is not None
    return update.callback_query


def advance(context: Here, place: int, value: str) -> tuple[int, tuple[str, int, screens.Rows]]:
    """Keep an answer and give the next state and screen."""
    data = kept(context)
    if value:
        data[screens.QUESTIONS[place].label] = value
    data["place"] = place + 1
    if place + 1 == len(screens.QUESTIONS):
        return SUMMARY, screens.summary(data)
    return TYPED if place + 1 in screens.TYPED else TAPPED, screens.question(place + 1)


async def on_start(update: Update, context: Here) -> int:
    kept(context).clear()
    await said(update).reply_text(screens.GREETING, reply_markup=keyboard(screens.MENU))
    return ConversationHandler.END


async def on_new_customer(update: Update, context: Here) -> int:
    kept(context).clear()
    kept(context)["place"] = 0
    text, length, rows = screens.question(0)
    await said(update).reply_text(text, entities=bold(length), reply_markup=keyboard(rows))
    return TYPED


async def on_text(update: Update, context: Here) -> int:
    answer = (said(update).text or "").strip()
    state, (text, length, rows) = advance(context, kept(context)["place"], answer)
    await said(update).reply_text(text, entities=bold(length), reply_markup=keyboard(rows))
    return state


async def on_tap(update: Update, context: Here) -> int:
    tap = tapped(update)
    await tap.answer()
    place, value = screens.picked(tap.data or "")
    state, (text, length, rows) = advance(context, place, value)
    await tap.edit_message_text(text, entities=bold(length), reply_markup=keyboard(rows))
    return state


async def on_submit(update: Update, context: Here) -> int:
    tap = tapped(update)
    await tap.answer()
    text = screens.filed(kept(context))
    kept(context).clear()
    await tap.edit_message_text(text)
    return ConversationHandler.END


def main(api_base: str, token: str, transport: str = "") -> None:
    builder = Application.builder().token(token).base_url(f"{api_base}/bot")
    if transport:
        from bot.messengers.telegram_http import Transport  # noqa: PLC0415
        from bot.messengers.telegram_ptb import AiohttpRequest  # noqa: PLC0415

        request = AiohttpRequest(Transport(api_base))
        builder = builder.request(request).get_updates_request(request)
    application = builder.build()
    taps: BaseHandler[Update, Here, object] = CallbackQueryHandler(on_tap, pattern="^f:")
    submission: BaseHandler[Update, Here, object] = CallbackQueryHandler(on_submit, pattern="^f:ok$")
    dialogue: ConversationHandler[Here] = ConversationHandler(
        entry_points=[CommandHandler("new_customer", on_new_customer)],
        states={
            TYPED: [MessageHandler(filters.TEXT & ~filters.COMMAND, on_text), taps],
            TAPPED: [taps],
            SUMMARY: [submission],
        },
        fallbacks=[CommandHandler("start", on_start)],
    )
    application.add_handler(dialogue)
    application.add_handler(CommandHandler("start", on_start))
    application.run_polling()


if __name__ == "__main__":
    main(*sys.argv[1:4])
