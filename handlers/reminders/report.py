"""周报: the week as a picture, and its numbers as text."""

from __future__ import annotations

from collections.abc import Sequence

from domain.people import require_known
from domain.weekly import LOAN_AGES, WAITS, Audience, WeeklyFigures, audience_of, last_week
from handlers.context import Context, Telling
from handlers.language import Language
from handlers.ui import Document, View, ViewBuilder, bold

RECIPE = "weekly"


def show_report(telling: Telling, _: Language, staff_no: str) -> View:
    """Make the report of the week that is over, with what this person may see."""
    audience = audience_of(require_known(telling.work.people, staff_no))
    first = last_week(telling.work, telling.now)
    figures = telling.work.weekly.figures(first, telling.now)
    text = write_figures(_, figures, audience)
    name = f"{_('Weekly report')}-{first:%Y%m%d}.png"
    document = Document(RECIPE, (_.code, audience.value, first.isoformat()), name, "image/png")
    return View(text.paragraphs, (), document)


def on_report(ctx: Context) -> None:
    """周报 on demand."""
    ctx.say(show_report(ctx, ctx.language, ctx.actor.staff_no))


def write_figures(_: Language, figures: WeeklyFigures, audience: Audience) -> View:
    screen = ViewBuilder()
    days = f"{figures.first:%m-%d}~{figures.last:%m-%d}"
    screen.say(bold(f"{_('Weekly report')} {days}"))
    if audience.sees_files:
        screen.say(
            _(
                "Files out {out}, of which {overdue} overdue; open incidents {incidents}",
                out=figures.loans_out,
                overdue=figures.overdue,
                incidents=figures.incidents,
            )
        )
        screen.say(
            _(
                "{people} employees owe {documents} documents",
                people=figures.missing_people,
                documents=figures.missing_documents,
            )
        )
    waiting, long = sum(figures.waits), sum(figures.waits[2:])
    screen.say(
        _(
            "Decisions waiting {waiting}, {long} of them over {days} days; decided in the week {decided}",
            waiting=waiting,
            long=long,
            days=WAITS[1],
            decided=figures.decided,
        )
    )
    if audience.sees_sales:
        customers = sum(f.customers for f in figures.filings)
        changes = sum(f.changes for f in figures.filings)
        text = _(
            "Filed: {customers} new customers, {changes} discount changes",
            customers=customers,
            changes=changes,
        )
        screen.say(text)
    return screen.view()


def chart_of(_: Language, figures: WeeklyFigures, audience: Audience, company: str) -> dict[str, object]:
    """Give what the picture shows, every word in the reader's language."""
    panels: list[dict[str, object]] = []
    if audience.sees_files:
        panels.append(
            {
                "title": _("Files out, by days"),
                "note": _("{n} overdue", n=figures.overdue),
                "labels": _groups(_, LOAN_AGES),
                "values": list(figures.loans_by_age),
            }
        )
        panels.append(
            {
                "title": _("What HR has open"),
                "note": "",
                "labels": [_("overdue"), _("owe documents"), _("documents owed"), _("incidents")],
                "values": [
                    figures.overdue,
                    figures.missing_people,
                    figures.missing_documents,
                    figures.incidents,
                ],
            }
        )
    panels.append(
        {
            "title": _("Decisions waiting, by days"),
            "note": _("{n} decided in the week", n=figures.decided),
            "labels": _groups(_, WAITS),
            "values": list(figures.waits),
        }
    )
    if audience.sees_sales:
        panels.append(
            {
                "title": _("Filed by rep"),
                "note": _("new customers and discount changes"),
                "labels": [f.name for f in figures.filings] or [""],
                "values": [f.customers for f in figures.filings] or [0],
                "more": [f.changes for f in figures.filings] or [0],
                "legend": [_("New customers"), _("Discount changes")],
            }
        )
    heading = f"{_('Weekly report')}  {figures.first:%Y-%m-%d} ~ {figures.last:%m-%d}"
    as_of = _("as of {when}", when=_.moment(figures.as_of))
    return {"heading": heading, "company": f"{company}  {as_of}", "panels": panels, "none": _("none")}


def _groups(_: Language, limits: Sequence[int]) -> list[str]:
    lows = [0, *(limit + 1 for limit in limits[:-1])]
    return [
        *(_("{low}–{high} days", low=low, high=high) for low, high in zip(lows, limits, strict=True)),
        _("over {n} days", n=limits[-1]),
    ]
