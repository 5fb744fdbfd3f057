"""The same filing as a plain aiogram bot, written as its documentation shows: FSM in memory, start_polling.

`python -m tests.bench.bare_aiogram API_BASE TOKEN`
"""

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher, F, Router
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message, MessageEntity

from tests.bench import screens


class Filing(StatesGroup):
    typed = State()
    tapped = State()
    summary = State()


router = Router()


def keyboard(rows: screens.Rows) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in rows
        ]
    )


def bold(length: int) -> list[MessageEntity]:
    return [MessageEntity(type="bold", offset=0, length=length)]


async def advance(state: FSMContext, place: int, value: str) -> tuple[str, int, screens.Rows]:
    """Keep an answer and give the next screen."""
    data = await state.update_data({screens.QUESTIONS[place].label: value} if value else {}, place=place + 1)
    if place + 1 == len(screens.QUESTIONS):
        await state.set_state(Filing.summary)
        return screens.summary(data)
    await state.set_state(Filing.typed if place + 1 in screens.TYPED else Filing.tapped)
    return screens.question(place + 1)


@router.message(CommandStart())
async def on_start(message: Message, state: FSMContext) -> None:
    await state.clear()
    await message.answer(screens.GREETING, reply_markup=keyboard(screens.MENU))


@router.message(Command("new_customer"))
async def on_new_customer(message: Message, state: FSMContext) -> None:
    await state.set_state(Filing.typed)
    await state.set_data({"place": 0})
    text, length, rows = screens.question(0)
    await message.answer(text, entities=bold(length), reply_markup=keyboard(rows))


@router.message(Filing.typed, F.text)
async def on_text(message: Message, state: FSMContext) -> None:
    place = (await state.get_data())["place"]
    text, length, rows = await advance(state, place, (message.text or "").strip())
    await message.answer(text, entities=bold(length), reply_markup=keyboard(rows))


@router.callback_query(StateFilter(Filing.tapped, Filing.typed), F.data.startswith("f:"))
async def on_tap(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    place, value = screens.picked(tap.data or "")
    text, length, rows = await advance(state, place, value)
    if isinstance(tap.message, Message):
        await tap.message.edit_text(text, entities=bold(length), reply_markup=keyboard(rows))


@router.callback_query(Filing.summary, F.data == "f:ok")
async def on_submit(tap: CallbackQuery, state: FSMContext) -> None:
    await tap.answer()
    answers = await state.get_data()
    await state.clear()
    if isinstance(tap.message, Message):
        await tap.message.edit_text(screens.filed(answers))


async def main(api_base: str, token: str) -> None:
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(api_base)))
    dispatcher = Dispatcher(storage=MemoryStorage())
    dispatcher.include_router(router)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:3]))
