"""Settings: settings.toml, overridden by MENXIA_SECTION__KEY variables and by secret files."""

from __future__ import annotations

import os
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from domain.approvals.assigning import require_readable
from domain.approvals.conditions import facts_named, read_condition
from domain.approvals.requests import RequestKind
from domain.approvals.routes import Act, Mode, Route, StepRule
from domain.approvals.weights import FACTS, Ordinary
from domain.attachments import AttachmentRules
from domain.calendar import WorkingHours
from domain.personnel_files.files import FileRules
from domain.personnel_files.missing import RequiredDocument
from domain.reminders.rules import ReminderRules, Rule
from domain.work import Rules

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_SETTINGS = ROOT / "settings.toml"
SQLITE_FILE = "menxia.db"
OFFERED = tuple(RequestKind)
CARRIED_OUT_AT_ONCE = {RequestKind.LOAN_RENEWAL}  # approved means done, so nobody executes
LONGEST_WHO = 200  # what a step of the register holds


class Section(BaseModel):
    """A part of the settings; an unknown key is an error, since it is most often a typing mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(Section):
    name: str
    timezone: str = "Asia/Shanghai"
    language: Literal["zh_CN", "en"] = "zh_CN"


class Limits(Section):
    """Messages a second overall, and a chat; a chat may be ahead by `per_chat_burst` messages."""

    per_second: Annotated[float, Field(gt=0)] = 25
    per_chat_second: Annotated[float, Field(gt=0)] = 1.0
    per_chat_burst: Annotated[int, Field(ge=1)] = 20


class Webhook(Section):
    """url: empty means long polling. secret: at least 32 characters."""

    url: str = ""
    listen: str = "127.0.0.1:8443"
    secret: SecretStr = SecretStr("")


class MessengerSettings(Section):
    client: Literal["ptb", "aiogram"] = "ptb"
    api_base: str = "https://api.telegram.org"
    token: SecretStr = SecretStr("")
    long_poll_seconds: Annotated[int, Field(ge=1, le=50)] = 25
    invitation_hours: Annotated[float, Field(gt=0)] = 24
    limits: Limits = Limits()
    webhook: Webhook = Webhook()


class DatabaseSettings(Section):
    """url: empty means SQLite in the data folder."""

    url: SecretStr = SecretStr("")
    writers: Annotated[int, Field(ge=1, le=32)] = 4


class Policy(Section):
    min_rate: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)]
    max_credit_days: Annotated[int, Field(ge=0)]
    grades: tuple[str, ...]
    categories: tuple[str, ...]
    sources: tuple[str, ...]

    @field_validator("grades", "categories", "sources")
    @classmethod
    def short_enough(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """A choice travels in a button, which holds forty bytes of it."""
        for value in values:
            if not value or len(value.encode()) > 40 or ":" in value:
                raise ValueError(f"{value!r} must have 1 to 13 Chinese characters and no colon")
        if len(set(values)) != len(values):
            raise ValueError("a choice is listed twice")
        return values


class OrdinarySettings(Section):
    """What needs no second thought; a request within it may be decided together with others in one tap."""

    min_rate: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] = Decimal("0.85")
    max_cut: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(3)
    max_credit_days: Annotated[int, Field(ge=0)] = 60


class ApprovalSettings(Section):
    """nudge_hours: how often an applicant may ask for haste. delegation_days: how long one may hand over."""

    nudge_hours: Annotated[float, Field(gt=0)] = 4
    delegation_days: Annotated[int, Field(ge=1, le=366)] = 60
    ordinary: OrdinarySettings = OrdinarySettings()


class AttachmentSettings(Section):
    """max_megabytes: of one file; the hosted Bot API hands over 20 at most."""

    max_megabytes: Annotated[int, Field(ge=1, le=20)] = 10
    max_files: Annotated[int, Field(ge=1, le=20)] = 5


class Retention(Section):
    """inbox_days: messengers repeat for a day, and after a week may count anew.

    attachments_days: how long a file is kept that no request came of.
    """

    inbox_days: Annotated[int, Field(ge=2, le=6)] = 3
    outbox_days: Annotated[int, Field(ge=7)] = 30
    attachments_days: Annotated[int, Field(ge=7)] = 30


class RequiredSettings(Section):
    """A document that every employee hands in. copies: counted over all files of a person."""

    name: Annotated[str, Field(min_length=2, max_length=100)]
    copies: Annotated[int, Field(ge=1, le=99)] = 1


class FileSettings(Section):
    """Personnel files and loans; every span in calendar days."""

    loan_days: Annotated[int, Field(ge=1, le=366)] = 14
    secret_loan_days: Annotated[int, Field(ge=1, le=366)] = 7
    renewal_days: Annotated[int, Field(ge=1, le=366)] = 7
    renewals: Annotated[int, Field(ge=0, le=12)] = 1
    collect_days: Annotated[int, Field(ge=1, le=60)] = 3
    required: tuple[RequiredSettings, ...] = ()

    def rules(self) -> FileRules:
        required = tuple(RequiredDocument(each.name, each.copies) for each in self.required)
        return FileRules(
            loan_days=self.loan_days,
            secret_loan_days=self.secret_loan_days,
            renewal_days=self.renewal_days,
            renewals=self.renewals,
            collect_days=self.collect_days,
            required=required,
        )


Days = tuple[Annotated[int, Field(ge=0, le=366)], ...]
Day = Annotated[int, Field(ge=1, le=366)]


class ReminderSettings(Section):
    """Who is reminded when; see domain.reminders.rules.ReminderRules for each number.

    enabled: false where nobody is to be reminded.
    """

    enabled: bool = True
    begins: time = time(9)
    ends: time = time(18)
    digest_at: time = time(9)
    approval_hours: Annotated[int, Field(ge=1, le=80)] = 4
    applicant_after: Day = 2
    superior_after: Day = 3
    execution_superior_after: Day = 2
    draft_hours: Annotated[int, Field(ge=1, le=400)] = 24
    returned_times: Annotated[int, Field(ge=0, le=30)] = 3
    loan_due: Days = (2, 1, 0)
    overdue_leader: Day = 1
    overdue_hr: Day = 3
    special_rate: Days = (7, 1)
    follow_up: Days = (7, 15, 30)
    follow_up_leader: Day = 2
    missing_hr: Annotated[int, Field(ge=0, le=366)] = 30
    probation: Days = (15, 7)
    probation_daily: Annotated[int, Field(ge=0, le=60)] = 3
    contract: Days = (60, 30, 15)
    contract_every: Day = 7
    leaving_days: Day = 15
    leaving: Days = (7, 3, 1)
    inspection_before_end: Annotated[int, Field(ge=0, le=40)] = 9
    inspection: Days = (5, 0)
    incident_every: Day = 7
    off: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def in_order(self) -> ReminderSettings:
        if not self.begins <= self.digest_at < self.ends:
            raise ValueError("digest_at must lie within begins and ends")
        for name in (
            "loan_due",
            "special_rate",
            "follow_up",
            "probation",
            "contract",
            "leaving",
            "inspection",
        ):
            if not getattr(self, name):
                raise ValueError(f"{name} must name a day at least; a rule is turned off with off = [...]")
        return self

    def rules(self, timezone: str) -> ReminderRules:
        numbers = self.model_dump(exclude={"enabled", "begins", "ends", "off"})
        hours = WorkingHours(self.begins, self.ends, ZoneInfo(timezone))
        return ReminderRules(hours=hours, off=frozenset(self.off), **numbers)


def _readable(who: str) -> str:
    require_readable(who)
    if len(who) > LONGEST_WHO:
        raise ValueError(f"a step names at most {LONGEST_WHO} characters of people; give them a role instead")
    return who


Who = Annotated[str, BeforeValidator(lambda who: ",".join(who) if isinstance(who, list) else who)]


class StepSettings(Section):
    """who: one name or several. mode: how several share the step. when: conditions, one must hold."""

    act: Act
    who: Annotated[Who, AfterValidator(_readable)]
    mode: Mode = Mode.ANY
    when: Annotated[tuple[str, ...], BeforeValidator(lambda w: (w,) if isinstance(w, str) else w)] = ()

    @field_validator("when")
    @classmethod
    def understood(cls, when: tuple[str, ...]) -> tuple[str, ...]:
        for condition in when:
            read_condition(condition)
        return when


class RouteSettings(Section):
    """cc: who is told, and may read along, once a request is approved."""

    steps: Annotated[tuple[StepSettings, ...], Field(min_length=1)]
    fallback: Annotated[str, AfterValidator(_readable)]
    cc: tuple[Annotated[str, AfterValidator(_readable)], ...] = ()

    def route(self) -> Route:
        steps = tuple(StepRule(step.act, step.who, step.mode, step.when) for step in self.steps)
        return Route(steps, self.fallback, self.cc)


class Settings(BaseSettings):
    """Everything that can be set; built once and passed down."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="MENXIA_", env_nested_delimiter="__"
    )

    company: Company
    messenger: MessengerSettings = MessengerSettings()
    database: DatabaseSettings = DatabaseSettings()
    policy: Policy
    attachments: AttachmentSettings = AttachmentSettings()
    retention: Retention = Retention()
    approvals: ApprovalSettings = ApprovalSettings()
    personnel_files: FileSettings = FileSettings()
    reminders: ReminderSettings = ReminderSettings()
    routes: dict[RequestKind, RouteSettings]

    @field_validator("routes")
    @classmethod
    def complete(cls, routes: dict[RequestKind, RouteSettings]) -> dict[RequestKind, RouteSettings]:
        """A process that the bot offers needs a route, or its requests could not be filed."""
        for kind in OFFERED:
            if kind not in routes:
                raise ValueError(f"routes.{kind} is missing")
            _require_sound(kind, routes[kind].steps)
        return routes

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = init_settings.init_kwargs.pop("settings_file")  # type: ignore[attr-defined]
        folder = init_settings.init_kwargs.pop("secrets_folder")  # type: ignore[attr-defined]
        secrets = NestedSecretsSettingsSource(
            file_secret_settings, secrets_dir=folder, secrets_nested_delimiter="__", secrets_prefix=""
        )
        return init_settings, env_settings, secrets, TomlConfigSettingsSource(settings_cls, path)

    def database_url(self, data: Path) -> str:
        """Give the database's address; SQLite's file lies in the data folder."""
        return self.database.url.get_secret_value() or f"sqlite:///{data / SQLITE_FILE}"

    def rules(self) -> Rules:
        return Rules(
            min_rate=self.policy.min_rate,
            max_credit_days=self.policy.max_credit_days,
            grades=self.policy.grades,
            categories=self.policy.categories,
            sources=self.policy.sources,
            routes={kind: route.route() for kind, route in self.routes.items()},
            attachments=AttachmentRules(
                max_bytes=self.attachments.max_megabytes * 1_000_000, max_files=self.attachments.max_files
            ),
            timezone=self.company.timezone,
            ordinary=Ordinary(
                rate=self.approvals.ordinary.min_rate,
                cut=self.approvals.ordinary.max_cut,
                credit_days=self.approvals.ordinary.max_credit_days,
            ),
            files=self.personnel_files.rules(),
            nudge_every=timedelta(hours=self.approvals.nudge_hours),
            max_delegation_days=self.approvals.delegation_days,
            reminders=self.reminders.rules(self.company.timezone),
        )

    @property
    def invitation_life(self) -> timedelta:
        return timedelta(hours=self.messenger.invitation_hours)


def _require_sound(kind: RequestKind, steps: tuple[StepSettings, ...]) -> None:
    """Make sure that a route decides before it carries out, whatever its conditions say."""
    executes = [place for place, step in enumerate(steps, 1) if step.act is Act.EXECUTE]
    if kind in CARRIED_OUT_AT_ONCE:
        if executes:
            raise ValueError(f"no step of routes.{kind} executes; it holds once it is approved")
    elif executes != [len(steps)]:
        raise ValueError(f"the last step of routes.{kind}, and only that, must execute")
    elif steps[-1].when:
        raise ValueError(f"the last step of routes.{kind} executes and can have no condition")
    if all(step.when for step in steps if step.act is not Act.EXECUTE):
        raise ValueError(f"routes.{kind} needs a step without condition that decides")
    unknown = facts_named(term for step in steps for term in step.when) - FACTS[kind]
    if unknown:
        raise ValueError(
            f"routes.{kind} asks for {', '.join(sorted(unknown))}, which such requests do not have; "
            f"they have {', '.join(sorted(FACTS[kind]))}"
        )


def load_settings(path: Path | None = None) -> Settings:
    """Read settings. Raises pydantic's ValidationError, tomllib's TOMLDecodeError or FileNotFoundError."""
    file = path or DEFAULT_SETTINGS
    if not file.is_file():
        raise FileNotFoundError(f"there is no settings file {file}")
    secrets = Path(os.environ.get("MENXIA_SECRETS", str(ROOT / "deploy" / "secrets")))
    return Settings(
        settings_file=file,  # type: ignore[call-arg]
        secrets_folder=[secrets] if secrets.is_dir() else [],
    )
