"""The rules of reminding: their names, their numbers, and what one of them says is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from domain.calendar import WorkCalendar, WorkingHours

LATER = "later-"  # opens the occurrence of a reminder that somebody put off


class Rule(StrEnum):
    """What people are reminded of."""

    APPROVAL = "approval"  # 待审批
    EXECUTION = "execution"  # 待执行
    DRAFT = "draft"  # 草稿
    RETURNED = "returned"  # 已退回
    FOLLOW_UP = "follow_up"  # 跟进
    SPECIAL_RATE = "special_rate"  # 专项折扣到期
    COLLECTION = "collection"  # 待领取
    LOAN_DUE = "loan_due"  # 归还
    LOAN_OVERDUE = "loan_overdue"  # 逾期
    MISSING = "missing"  # 缺件
    PROBATION = "probation"  # 转正
    CONTRACT = "contract"  # 合同到期
    LEAVING = "leaving"  # 离职转档
    INSPECTION = "inspection"  # 档案检查
    INCIDENT = "incident"  # 异常
    CALENDAR = "calendar"  # 来年工作日未公布
    WEEKLY = "weekly"  # 周报


class Concern(StrEnum):
    """duty: the person must act. escalation: somebody below them has not. information: good to know."""

    DUTY = "duty"
    ESCALATION = "escalation"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True)
class Due:
    """One reminder that is due to one person.

    subject: what it is about, such as `loan:7`. occurrence: names the reminder among all of its rule and
    subject. on: the day it was to go out. told: whom it was escalated to past the recipient, staff number.
    urgent: goes out by itself, not in the digest.
    """

    rule: Rule
    subject: str
    occurrence: str
    to: str
    on: date
    concern: Concern = Concern.DUTY
    told: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """The company's numbers. Days are working days unless calendar days are said.

    digest_at: when the digest goes out; begins and ends of the window are those of `hours`.
    approval_hours: working hours a request may wait before its approver is reminded by a message of its own.
    applicant_after, superior_after: days after which the applicant, the approver's superior is told.
    execution_superior_after: the same for whoever carries a decision out.
    draft_hours: how long a draft lies before its author is asked. returned_times: how often one is asked to
    mend. loan_due: days before a file is due; overdue_leader, overdue_hr: days after.
    special_rate: days before a special rate ends. follow_up: calendar days without contact;
    follow_up_leader: days after the last of these. missing_hr: calendar days after hiring from which HR's
    manager is told of missing documents, weekly. probation: days before its end, daily from probation_daily.
    contract: calendar days before its end, every contract_every days from the last of these.
    leaving_days: calendar days within which a leaver's files must be transferred; leaving: calendar days
    before that. inspection_before_end: the inspection is due so many days before the quarter ends;
    inspection: days before that. incident_every: calendar days between reminders of an open incident.
    off: rules that this company does not want.
    """

    hours: WorkingHours = field(default_factory=WorkingHours)
    digest_at: time = time(9)
    approval_hours: int = 4
    applicant_after: int = 2
    superior_after: int = 3
    execution_superior_after: int = 2
    draft_hours: int = 24
    returned_times: int = 3
    loan_due: tuple[int, ...] = (2, 1, 0)
    overdue_leader: int = 1
    overdue_hr: int = 3
    special_rate: tuple[int, ...] = (7, 1)
    follow_up: tuple[int, ...] = (7, 15, 30)
    follow_up_leader: int = 2
    missing_hr: int = 30
    probation: tuple[int, ...] = (15, 7)
    probation_daily: int = 3
    contract: tuple[int, ...] = (60, 30, 15)
    contract_every: int = 7
    leaving_days: int = 15
    leaving: tuple[int, ...] = (7, 3, 1)
    inspection_before_end: int = 9
    inspection: tuple[int, ...] = (5, 0)
    incident_every: int = 7
    off: frozenset[Rule] = frozenset()


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment on the company's clock and calendar."""

    now: datetime
    calendar: WorkCalendar
    rules: ReminderRules

    @property
    def here(self) -> datetime:
        return self.now.astimezone(self.rules.hours.zone)

    @property
    def today(self) -> date:
        return self.here.date()

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.rules.hours.zone).date()

    @property
    def in_window(self) -> bool:
        """Whether people may be reminded now."""
        hours = self.rules.hours
        return self.calendar.works(self.today) and hours.begins <= self.here.time() < hours.ends

    @property
    def digest_is_due(self) -> bool:
        return self.in_window and self.here.time() >= self.rules.digest_at

    def next_window(self) -> datetime:
        """Give the present moment within the window, else when it opens next; in UTC."""
        return self.calendar.hold(self.now, self.rules.hours)
