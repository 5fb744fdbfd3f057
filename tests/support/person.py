"""A person of the sandbox as a script sees them: what they say, tap and see on their phone.

Nothing here waits for time to pass: the sandbox streams every change of a chat, and waiting means waiting for
the change that makes the sentence true.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from tests.support.stage import Stage

PATIENCE = 15.0


@dataclass
class Bubble:
    """A message as it stands. changed: place of its last change in the stage's stream.

    ever: every button it has had, as (label, data).
    """

    message_id: int
    from_bot: bool
    text: str
    rows: list[list[dict[str, str]]]
    file: dict[str, str] | None
    changed: int
    ever: list[tuple[str, str]] = field(default_factory=list)

    @property
    def buttons(self) -> dict[str, str]:
        """Give what each button carries, by label; links carry nothing."""
        return {button["text"]: button.get("data", "") for row in self.rows for button in row}


class Person:
    """Somebody with a phone. Without a staff number: a stranger."""

    def __init__(self, stage: Stage, chat_id: int, name: str, staff_no: str = "") -> None:
        self.stage = stage
        self.chat_id = chat_id
        self.name = name
        self.staff_no = staff_no
        self.bubbles: dict[int, Bubble] = {}
        self._acted = 0

    # --- acting ------------------------------------------------------------------------------------------

    async def says(self, text: str) -> None:
        self._act()
        await self._post("messages", json={"text": text})

    async def replies(self, bubble: Bubble, text: str) -> None:
        """Answer one message."""
        self._act()
        await self._post("messages", json={"text": text, "reply_to": bubble.message_id})

    async def forwards(self, text: str) -> None:
        """Forward a message that somebody else received."""
        self._act()
        await self._post("messages", json={"text": text, "forwarded": True})

    async def sends(self, *files: tuple[str, bytes], photo: bool = False, caption: str = "") -> None:
        """Send one file, or several as an album."""
        self._act()
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("text", caption)
        if photo:
            form.add_field("as", "photo")
        for name, content in files:
            form.add_field("file", io.BytesIO(content), filename=name)
        await self._post("messages", data=form)

    async def shares_own_number(self, phone: str) -> None:
        self._act()
        await self._post("messages", json={"contact": phone})

    async def rewrites(self, old: str, new: str) -> None:
        """Edit the newest message of one's own that reads `old`."""
        self._act()
        mine = [b.message_id for b in self.bubbles.values() if not b.from_bot and b.text == old]
        await self.stage.ask("PATCH", f"{self._chat}/messages/{mine[-1]}", json={"text": new})

    async def taps(self, label: str, *, toast: str | None = None) -> str:
        """Tap the newest button of this label, or whose label begins so; give the notice.

        toast: a part of the notice that must appear; empty where none may.
        """
        bubble, data = await self._until(lambda: self._button(label), f"a button “{label}”")
        return await self._tap(bubble.message_id, data, toast)

    async def taps_at(self, bubble: Bubble, label: str, *, toast: str | None = None) -> str:
        """Tap a button of one message, where several have such a button."""
        return await self._tap(bubble.message_id, bubble.buttons[label], toast)

    async def taps_and_turns_away(self, label: str, bubble: Bubble | None = None) -> None:
        """Tap a button, of one message or the newest, without waiting for the bot's notice."""
        if bubble is not None and label in bubble.buttons:
            data = bubble.buttons[label]
        else:
            bubble, data = await self._until(lambda: self._button(label), f"a button “{label}”")
        self._act()
        await self._post("taps?wait=0", json={"message_id": bubble.message_id, "data": data})

    async def taps_old(self, label: str, n: int = 1, *, toast: str | None = None) -> str:
        """Tap a button that is no longer shown, as a phone that lags does; n: 1 for the one shown last."""
        gone = [
            (bubble.message_id, data)
            for bubble in self.bubbles.values()
            for text, data in bubble.ever
            if text == label and data not in bubble.buttons.values()
        ]
        assert len(gone) >= n, (
            f"{self.name} never had {n} buttons “{label}” that are gone\n{self.transcript()}"
        )
        return await self._tap(*gone[-n], toast)

    async def taps_twice(self, label: str) -> tuple[str, str]:
        """Tap a button twice before the bot has answered; give both notices."""
        bubble, data = await self._until(lambda: self._button(label), f"a button “{label}”")
        first, second = await asyncio.gather(
            self._tap(bubble.message_id, data, None), self._tap(bubble.message_id, data, None)
        )
        return first, second

    async def answers(self, question: str, *acts: str) -> None:
        """Wait for a question, then type the answer; one in [brackets] is a button's label."""
        await self.sees(question)
        for act in acts:
            if act.startswith("["):
                await self.taps(act[1:-1])
            else:
                await self.says(act)

    async def blocks_the_bot(self) -> None:
        await self._post("block", json={"blocked": True})

    async def unblocks_the_bot(self) -> None:
        self._act()
        await self._post("block", json={"blocked": False})

    # --- seeing ------------------------------------------------------------------------------------------

    async def sees(self, *texts: str) -> Bubble:
        """Wait for a message that came or changed since this person's last act and reads so now."""
        return await self._until(lambda: self._found(texts, self._acted), " + ".join(f"“{t}”" for t in texts))

    async def finds(self, *texts: str) -> Bubble:
        """Wait until any message of the chat, however old, reads so."""
        return await self._until(lambda: self._found(texts, 0), " + ".join(f"“{t}”" for t in texts))

    async def sees_no(self, *texts: str) -> None:
        """Wait until the bot has nothing left to do; nothing since this person's last act may read so."""
        await self.stage.comes_to_rest()
        found = self._found(texts, self._acted)
        assert found is None, f"{self.name} sees {texts} after all\n{self.transcript()}"

    async def hears_nothing(self) -> None:
        """Wait until the bot has nothing left to do; it may not have written since this person's last act."""
        await self.stage.comes_to_rest()
        new = [b.text for b in self.bubbles.values() if b.from_bot and b.changed > self._acted]
        assert not new, f"{self.name} hears {new}\n{self.transcript()}"

    def latest(self) -> Bubble:
        """Give the newest message of the bot."""
        return [bubble for bubble in self.bubbles.values() if bubble.from_bot][-1]

    def buttons(self) -> list[str]:
        """List the labels of the newest message."""
        return list(self.latest().buttons)

    def count(self, text: str) -> int:
        """Count the messages of the bot that read so now."""
        return sum(text in bubble.text for bubble in self.bubbles.values() if bubble.from_bot)

    def transcript(self) -> str:
        """Write the chat down, for whoever reads a failure."""
        lines = [f"--- {self.name} ({self.chat_id}) ---"]
        for bubble in self.bubbles.values():
            who = "门下" if bubble.from_bot else self.name
            lines.append(f"#{bubble.message_id} {who}: {bubble.text}".replace("\n", "\n      "))
            lines += ["      " + " ".join(f"[{button['text']}]" for button in row) for row in bubble.rows]
        return "\n".join(lines)

    # --- the phone itself --------------------------------------------------------------------------------

    def show(self, seen: dict[str, Any], at: int) -> None:
        """Take a message as the sandbox shows it."""
        known = self.bubbles.get(seen["message_id"])
        bubble = Bubble(
            seen["message_id"],
            seen["from"] == "bot",
            seen["text"],
            seen["buttons"],
            seen["file"],
            at,
            known.ever if known else [],
        )
        bubble.ever += [pair for pair in bubble.buttons.items() if pair not in bubble.ever]
        self.bubbles[bubble.message_id] = bubble

    @property
    def _chat(self) -> str:
        return f"/sandbox/chats/{self.chat_id}"

    def _act(self) -> None:
        self._acted = self.stage.changes

    async def _post(self, what: str, **body: Any) -> Any:
        return await self.stage.ask("POST", f"{self._chat}/{what}", **body)

    async def _tap(self, message_id: int, data: str, toast: str | None) -> str:
        self._act()
        answer = await self._post(f"taps?wait={PATIENCE}", json={"message_id": message_id, "data": data})
        notice = answer["toast"] or ""
        if toast is not None:
            fits = toast in notice if toast else not notice
            assert fits, f"{self.name} taps and reads “{notice}”, not “{toast}”\n{self.transcript()}"
        return notice

    def _button(self, label: str) -> tuple[Bubble, str] | None:
        shown = [b for b in reversed(self.bubbles.values()) if b.from_bot]
        for exact in (True, False):
            for bubble in shown:
                for text, data in bubble.buttons.items():
                    if data and (text == label if exact else text.startswith(label)):
                        return bubble, data
        return None

    def _found(self, texts: tuple[str, ...], since: int) -> Bubble | None:
        for bubble in reversed(self.bubbles.values()):
            if bubble.from_bot and bubble.changed > since and all(text in bubble.text for text in texts):
                return bubble
        return None

    async def _until(self, find: Callable[[], Any], what: str) -> Any:
        return await self.stage.until(find, lambda: f"{self.name} never saw {what}\n{self.transcript()}")
