"""Days on which the company works, or does not, whatever the state's calendar says."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from domain.calendar import CalendarOverride
from storage.memo import Memo


class OverrideRow(CalendarOverride, table=True):
    __tablename__ = "calendar_overrides"


_overrides = OverrideRow.__table__  # type: ignore[attr-defined]
_ALL = select(_overrides).order_by(_overrides.c.day)


class SqlCalendarOverrides:
    """Implements domain.calendar.CalendarOverrides."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read = Memo(connection)

    def all(self) -> dict[date, CalendarOverride]:
        if "all" not in self._read:
            rows = self._connection.execute(_ALL).mappings()
            self._read["all"] = {row["day"]: CalendarOverride.model_construct(**row) for row in rows}
        return dict(self._read["all"])

    def put(self, override: CalendarOverride) -> bool:
        self._read.clear()
        mine = _overrides.c.day == override.day
        known = self._connection.execute(select(_overrides).where(mine)).mappings().first()
        if known is None:
            self._connection.execute(insert(_overrides).values(override.model_dump()))
        elif (known["works"], known["name"]) != (override.works, override.name):
            self._connection.execute(update(_overrides).where(mine).values(override.model_dump()))
        else:
            return False
        return True

    def remove(self, day: date) -> bool:
        self._read.clear()
        gone = self._connection.execute(delete(_overrides).where(_overrides.c.day == day))
        return bool(gone.rowcount)
