"""Draws the weekly report, as a process of its own: plotting needs more memory than the whole bot.

`python -m bot.documents.charts < chart.json > picture.png`; handlers/reminders/report.py makes the JSON.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections.abc import Mapping
from typing import Any

from bot.documents.fonts import font_path

PATIENCE = 60.0  # seconds
WIDTH, PANEL_HEIGHT, DPI = 4.6, 1.9, 200  # inches; 920 pixels wide, which a phone shows sharp
INK, GREY, PAPER = "#1f2933", "#6b7785", "#ffffff"
FIRST, SECOND, LATE = "#4c8dd6", "#8fd0b5", "#f0a860"


async def draw(chart: Mapping[str, Any]) -> bytes:
    """Draw a chart and give it as PNG. Raises RuntimeError where the drawing process fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.documents.charts"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            drawn, errors = await process.communicate(json.dumps(chart).encode())
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    if process.returncode:
        raise RuntimeError(errors.decode(errors="replace")[-500:])
    return drawn


def paint(chart: Mapping[str, Any]) -> bytes:
    """Paint a chart in this process."""
    import matplotlib as mpl  # noqa: PLC0415 - large; only the drawing process pays for it

    mpl.use("Agg")
    from matplotlib import font_manager, pyplot  # noqa: PLC0415

    font_manager.fontManager.addfont(str(font_path()))
    name = font_manager.FontProperties(fname=str(font_path())).get_name()
    style: Any = {
        "font.family": name,
        "axes.unicode_minus": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": GREY,
    }
    panels = chart["panels"]
    with pyplot.rc_context(style):
        height = PANEL_HEIGHT * len(panels) + 0.9
        figure, found = pyplot.subplots(len(panels), 1, figsize=(WIDTH, height), dpi=DPI, squeeze=False)
        figure.patch.set_facecolor(PAPER)
        figure.text(0.05, 1 - 0.33 / height, chart["heading"], fontsize=15, va="center")
        figure.text(0.05, 1 - 0.62 / height, chart["company"], fontsize=9, color=GREY, va="center")
        for axes, panel in zip(found[:, 0], panels, strict=True):
            _panel(axes, panel, chart["none"])
        figure.tight_layout(rect=(0.02, 0.01, 0.98, 1 - 0.8 / height), h_pad=1.6)
        target = io.BytesIO()
        figure.savefig(target, format="png", facecolor=PAPER)
        pyplot.close(figure)
    return target.getvalue()


def _panel(axes: Any, panel: Mapping[str, Any], none: str) -> None:
    labels, values, more = panel["labels"], panel["values"], panel.get("more")
    places = list(range(len(labels)))
    colours = (
        [FIRST] * (len(values) - 1) + [LATE] if more is None and len(values) > 1 else [FIRST] * len(values)
    )
    bars = axes.bar(places, values, 0.55, color=colours, label=panel.get("legend", [""])[0])
    top = list(values)
    if more is not None:
        axes.bar(places, more, 0.55, bottom=values, color=SECOND, label=panel["legend"][1])
        top = [below + above for below, above in zip(values, more, strict=True)]
        axes.legend(frameon=False, fontsize=8, loc="upper right")
    for bar, total in zip(bars, top, strict=True):
        centre = bar.get_x() + bar.get_width() / 2
        axes.annotate(
            str(total), (centre, total), (0, 3), textcoords="offset points", ha="center", fontsize=10
        )
    if not any(top):
        middle = {"ha": "center", "va": "center", "transform": axes.transAxes}
        axes.text(0.5, 0.5, none, fontsize=12, color=GREY, **middle)
    axes.set_ylim(0, max([*top, 1]) * 1.3)
    axes.set_xticks(places, labels, fontsize=9)
    axes.set_yticks([])
    axes.set_title(panel["title"], loc="left", fontsize=11.5)
    axes.set_title(panel["note"], loc="right", fontsize=9, color=GREY)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#d5dbe1")


if __name__ == "__main__":
    sys.stdout.buffer.write(paint(json.load(sys.stdin)))
