"""A View as Telegram takes it: text, bold entities counted in UTF-16 units, split where it is too long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from bot.messengers.port import Capabilities, NotSent, OutcomeUnknown, RateLimited
from handlers.ui import Button, Document, LocalFile, View

CAPABILITIES = Capabilities(
    text_length=4096,
    caption_length=1024,
    notice_length=200,
    payload_bytes=64,
    buttons_per_row=8,
    buttons=100,
    can_revise=True,
    fetch_size=20 * 1024 * 1024,
    send_size=50 * 1024 * 1024,
)

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One message to send.

    bold: (offset, length) pairs in UTF-16 units of `text`. With a file, `text` is its caption.
    """

    text: str
    bold: tuple[tuple[int, int], ...] = ()
    rows: Rows = ()
    file: LocalFile | None = None


def units(text: str) -> int:
    """Count UTF-16 units, Telegram's measure of length."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parts(view: View) -> tuple[Part, ...]:
    """Give the messages that make up the view, in order; the last one carries the buttons."""
    text, rows = view.text, keyboard(view)
    if view.file is None:
        return _with_rows(split(view, CAPABILITIES.text_length), rows)
    if isinstance(view.file, Document):
        raise TypeError("a document is made before it is sent")
    if units(text) <= CAPABILITIES.caption_length:
        (caption,) = split(view, CAPABILITIES.caption_length)
        return (Part(caption.text, caption.bold, rows, view.file),)
    return (Part("", file=view.file), *_with_rows(split(view, CAPABILITIES.text_length), rows))


def keyboard(view: View) -> Rows:
    """Wrap rows that are wider than Telegram allows."""
    width = CAPABILITIES.buttons_per_row
    return tuple(row[start : start + width] for row in view.rows for start in range(0, len(row), width))


def split(view: View, limit: int) -> tuple[Part, ...]:
    """Cut the text into parts of at most `limit` UTF-16 units, at line ends where possible.

    Joined, the parts are the text again; entities count from the beginning of their own part.
    """
    text, bold = view.text, tuple(_bold_ranges(view))
    cut = []
    start = 0
    while True:
        end = _end_of_part(text, start, limit)
        cut.append(Part(text[start:end], tuple(_entities(text, bold, start, end))))
        if end == len(text):
            return tuple(cut)
        start = end


def shortened(text: str) -> str:
    """Shorten what is shown in answer to a tap."""
    limit = CAPABILITIES.notice_length
    while units(text) > limit:
        text = text[: min(limit, len(text)) - 2] + "…"
    return text


def _with_rows(cut: tuple[Part, ...], rows: Rows) -> tuple[Part, ...]:
    # Telegram refuses a message of nothing but white space.
    visible = [part for part in cut if part.text.strip()] or list(cut[:1])
    last = visible.pop()
    return (*visible, Part(last.text, last.bold, rows))


def _bold_ranges(view: View) -> Iterator[tuple[int, int]]:
    """Give [start, end) in characters of `view.text`, neighbours joined."""
    position, began = 0, None
    for paragraph in view.paragraphs:
        for span in paragraph.spans:
            if span.bold and began is None:
                began = position
            elif not span.bold and began is not None and span.text:
                yield began, position
                began = None
            position += len(span.text)
        if began is not None:
            yield began, position
            began = None
        position += 1  # the line break between paragraphs


def _end_of_part(text: str, start: int, limit: int) -> int:
    fitting = text[start : start + limit].encode("utf-16-le", "surrogatepass")[: 2 * limit]
    if 0xD8 <= fitting[-1:].ljust(1)[0] <= 0xDB:
        fitting = fitting[:-2]  # half of a surrogate pair
    end = start + len(fitting.decode("utf-16-le", "surrogatepass"))
    if end == len(text) or text[end] == "\n":
        return end
    line_end = text.rfind("\n", start, end) + 1
    return line_end if line_end > start else end


def _entities(
    text: str, bold: tuple[tuple[int, int], ...], start: int, end: int
) -> Iterator[tuple[int, int]]:
    for began, ended in bold:
        first, last = max(began, start), min(ended, end)
        if first < last:
            yield units(text[start:first]), units(text[first:last])


async def send_in_parts(view: View, send: Callable[[Part], Awaitable[str]]) -> str:
    """Send a view's parts in order and give the id of the last, which carries the buttons.

    Raises what `send` raises; OutcomeUnknown where the beginning went and the rest certainly did not.
    """
    sent = ""
    for part in parts(view):
        try:
            sent = await send(part)
        except (NotSent, RateLimited) as error:
            if sent:
                raise OutcomeUnknown("only the beginning was sent") from error
            raise
    return sent
