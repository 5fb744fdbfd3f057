"""Labels of file bags: name, number and a code that opens the bot at that file, as a PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bot.documents.fonts import font_path

FONT = "menxia-sans"
WIDTH, HEIGHT = 100 * mm, 70 * mm
A4_WIDTH, A4_HEIGHT = 210 * mm, 297 * mm
COLUMNS, ROWS = 2, 4
MARGIN = 6 * mm
CODE = 32 * mm  # edge of the code, quiet zone included
QUIET = 4  # modules, as the standard asks
_INK, _GREY, _RED = HexColor("#1a1a1a"), HexColor("#6b6b6b"), HexColor("#b3261e")


@dataclass(frozen=True, slots=True)
class BagLabel:
    """What stands on a bag.

    lines: label and value, such as 入职时间 and 2019-04-08. secret: empty, or a word to be framed. link: what
    the code carries. hint: printed under the code.
    """

    company: str
    heading: str
    number: str
    name: str
    lines: tuple[tuple[str, str], ...]
    secret: str
    link: str
    hint: str


def render_labels(labels: Sequence[BagLabel]) -> bytes:
    """Draw one label on a page of its own size (100 × 70 mm), several on A4 with lines to cut along."""
    font = _font()
    target = io.BytesIO()
    alone = len(labels) == 1
    size = (WIDTH, HEIGHT) if alone else (A4_WIDTH, A4_HEIGHT)
    canvas = Canvas(target, pagesize=size, invariant=True)
    canvas.setTitle(labels[0].number if alone else f"{len(labels)} labels")
    for at, label in enumerate(labels):
        place = at % (COLUMNS * ROWS)
        if at and place == 0:
            canvas.showPage()
        canvas.saveState()
        if not alone:
            canvas.translate(*_corner(place))
            _cut_lines(canvas)
        _draw(canvas, label, font)
        canvas.restoreState()
    canvas.save()
    return target.getvalue()


def printable(text: str, font: TTFont) -> str:
    """Write a character the font lacks by its number, ⟨U+20BB7⟩, so that none vanishes unseen."""
    known = font.face.charToGlyph
    return "".join(c if ord(c) in known or c == " " else f"<U+{ord(c):04X}>" for c in text)


def _font() -> TTFont:
    """Register the font anew for each document: a subset belongs to the document that it was made for."""
    font = TTFont(FONT, str(font_path()))
    pdfmetrics.registerFont(font)
    return font


def _corner(place: int) -> tuple[float, float]:
    """Give the lower left corner of a label on the sheet, counted by rows from the top."""
    row, column = divmod(place, COLUMNS)
    left = (A4_WIDTH - COLUMNS * WIDTH) / 2
    top = (A4_HEIGHT - ROWS * HEIGHT) / 2
    return left + column * WIDTH, A4_HEIGHT - top - (row + 1) * HEIGHT


def _cut_lines(canvas: Canvas) -> None:
    canvas.setStrokeColor(HexColor("#c8c8c8"))
    canvas.setLineWidth(0.3)
    canvas.setDash(2, 2)
    canvas.rect(0, 0, WIDTH, HEIGHT)
    canvas.setDash()


def _draw(canvas: Canvas, label: BagLabel, font: TTFont) -> None:
    left, right = MARGIN, WIDTH - MARGIN
    text_right = right - CODE - 3 * mm
    canvas.setFillColor(_GREY)
    _line(canvas, font, f"{label.company}  {label.heading}", left, HEIGHT - MARGIN - 3 * mm, right - left, 9)
    canvas.setStrokeColor(HexColor("#d9d9d9"))
    canvas.setLineWidth(0.6)
    canvas.line(left, HEIGHT - MARGIN - 5.5 * mm, right, HEIGHT - MARGIN - 5.5 * mm)
    canvas.setFillColor(_INK)
    _name(canvas, font, label.name, left, text_right - left)
    _line(canvas, font, label.number, left, HEIGHT - 33 * mm, text_right - left, 17)
    at = HEIGHT - 42 * mm
    for name, value in label.lines[:4]:
        canvas.setFillColor(_GREY)
        canvas.setFont(FONT, 9)
        canvas.drawString(left, at, printable(name, font))
        canvas.setFillColor(_INK)
        _line(canvas, font, value, left + 18 * mm, at, text_right - left - 18 * mm, 10)
        at -= 6 * mm
    bottom = HEIGHT - MARGIN - 9 * mm - CODE
    _code(canvas, label.link, right - CODE, bottom)
    canvas.setFillColor(_GREY)
    _line(canvas, font, label.hint, right - CODE, bottom - 4 * mm, CODE, 8, centred=True)
    if label.secret:
        _stamp(canvas, font, label.secret, right, MARGIN)


def _line(
    canvas: Canvas,
    font: TTFont,
    text: str,
    left: float,
    base: float,
    room: float,
    size: float,
    *,
    centred: bool = False,
) -> None:
    """Write one line, smaller where it is too long, and cut where even that is not enough."""
    text = printable(text, font)
    smallest = size * 0.4
    wide = pdfmetrics.stringWidth(text, FONT, size)
    size = max(smallest, min(size, size * room / wide)) if wide else size
    while len(text) > 1 and pdfmetrics.stringWidth(text, FONT, size) > room + 0.01:
        text = text[:-2] + "…"
    canvas.setFont(FONT, size)
    if centred:
        canvas.drawCentredString(left + room / 2, base, text)
    else:
        canvas.drawString(left, base, text)


def _name(canvas: Canvas, font: TTFont, name: str, left: float, room: float) -> None:
    """Write a name as large as it fits; a long one on two lines."""
    text = printable(name, font)
    if pdfmetrics.stringWidth(text, FONT, 28) * 0.6 <= room:
        _line(canvas, font, name, left, HEIGHT - 24 * mm, room, 28)
        return
    half = (len(text) + 1) // 2
    at = max((text.rfind(mark, 0, half + 3) + 1 for mark in " ·-"), default=0) or half
    _line(canvas, font, text[:at].strip(), left, HEIGHT - 19.5 * mm, room, 15)
    _line(canvas, font, text[at:].strip(), left, HEIGHT - 26 * mm, room, 15)


def _code(canvas: Canvas, link: str, left: float, bottom: float) -> None:
    """Draw the code as rectangles: sharp at any size, and no picture to embed."""
    code = segno.make(link, error="m", micro=False)
    matrix = list(code.matrix)
    module = CODE / (len(matrix) + 2 * QUIET)
    canvas.setFillColor(HexColor("#000000"))
    for row, bits in enumerate(matrix):
        run = 0
        for column in range(len(bits) + 1):
            if column < len(bits) and bits[column]:
                run += 1
            elif run:
                x = left + (QUIET + column - run) * module
                y = bottom + CODE - (QUIET + row + 1) * module
                canvas.rect(x, y, run * module, module, stroke=0, fill=1)
                run = 0


def _stamp(canvas: Canvas, font: TTFont, word: str, right: float, bottom: float) -> None:
    word = printable(word, font)
    wide = pdfmetrics.stringWidth(word, FONT, 13) + 6 * mm
    canvas.setStrokeColor(_RED)
    canvas.setFillColor(_RED)
    canvas.setLineWidth(1)
    canvas.roundRect(right - wide, bottom, wide, 8 * mm, 1.5 * mm)
    canvas.setFont(FONT, 13)
    canvas.drawCentredString(right - wide / 2, bottom + 2.4 * mm, word)
