"""借档案: the form of a loan, its rules for readers, and how a loan reads on a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from domain.approvals.requests import Request, RequestKind
from domain.approvals.taking import StepRef
from domain.errors import Refused
from domain.loans.handovers import count_as_keeper, expected_pages
from domain.loans.loans import Loan, LoanMode, LoanState, LoanTerms
from domain.loans.requesting import PART, check_due, propose_loan, repropose_loan, require_lendable
from domain.personnel_files.files import FileState
from domain.personnel_files.materials import parse_pages
from handlers.approvals.kinds import Kind
from handlers.approvals.preview import preview_route
from handlers.context import Context, Telling
from handlers.conversation import Draft
from handlers.forms.choices import Choice, OpenChoice, Option
from handlers.forms.dates import Day
from handlers.forms.fields import Answers, Form, Text
from handlers.forms.marks import Marks
from handlers.language import N_, Language
from handlers.personnel_files.records import (
    FileRecord,
    answer_of,
    file_of,
    is_sealed,
    label_of_file,
    search_files,
)
from handlers.personnel_files.wording import CLASSES, MODES, file_kind, show_parts, unit_name

PURPOSES = (
    N_("Promotion review"),
    N_("Professional title"),
    N_("Contract renewal"),
    N_("Award or appraisal"),
    N_("Pay review"),
    N_("Post change"),
)
RULES = (
    N_("1. Add, remove, alter or copy nothing without approval."),
    N_("2. Tell nobody what you read; lend it to nobody."),
    N_("3. Never take it to a public place."),
    N_("4. Bring it back in time and whole; it is counted with you."),
)
READ = "read"


def _mended(ctx: Context) -> int:
    draft = ctx.conversation.current
    return draft.mend.request_id if draft is not None and draft.mend is not None else 0


def _check_file(ctx: Context, answers: Answers, value: list[str]) -> None:
    file = ctx.work.files.by_id(int(value[0]))
    if file is None:
        raise Refused("file_unknown")
    require_lendable(ctx.work, ctx.actor, file, apart_from=_mended(ctx))


def _classes(ctx: Context) -> Sequence[Option]:
    """Offer all classes of any file alike: that it holds a sanction would be told by a count already."""
    return [Option(letter.value, label) for letter, label in CLASSES.items()]


def _is_part(ctx: Context, word: str) -> bool:
    return bool(PART.fullmatch(word))


def _check_due(ctx: Context, answers: Answers, due: date) -> None:
    if (file := file_of(ctx, answers)) is not None:
        check_due(ctx.work, file, (due - ctx.today).days, ctx.now)


def _limit(ctx: Context, answers: Answers) -> list[str]:
    file = file_of(ctx, answers)
    days = ctx.work.rules.files.longest(file) if file else ctx.work.rules.files.loan_days
    return [ctx.language.plural("At most {n} day.", "At most {n} days.", days)]


def _rules(ctx: Context, answers: Answers) -> list[str]:
    return [ctx.language(rule) for rule in RULES]


def _terms(ctx: Context, answers: Answers) -> LoanTerms:
    return LoanTerms(
        file_id=int(answers["file"][0]),
        mode=LoanMode(answers["mode"]),
        parts=tuple(part for part, _mark in answers["parts"]),
        purpose=answers["purpose"],
        due_on=answers["due"],
        unsealing=answers.get("unsealing", ""),
        told=show_purpose(ctx.language, answers["purpose"]),
    )


def _refresh(ctx: Context, answers: dict[str, Any]) -> dict[str, Any]:
    """Say of the chosen file how it stands now: one that has been sealed is asked about further."""
    file = ctx.work.files.by_id(int(answers["file"][0])) if "file" in answers else None
    return {**answers, "file": answer_of(ctx, file)} if file is not None else answers


def _submit(ctx: Context, draft: Draft, answers: Answers) -> None:
    if (lying := ctx.conversation.draft(draft.id)) is not None:
        lying.answers = _refresh(ctx, lying.answers)  # what is refused now is asked next
    terms, content = _terms(ctx, answers), dict(draft.answers)
    if draft.mend is not None:
        request_id, version = draft.mend.request_id, draft.mend.version
        repropose_loan(ctx.work, ctx.actor, request_id, version, terms, content, ctx.now)
    else:
        propose_loan(ctx.work, ctx.actor, draft.id, terms, content, ctx.now)


def _preview(ctx: Context, draft: Draft, answers: Answers) -> list[str]:
    return ["", *preview_route(ctx, RequestKind.FILE_LOAN, dict(draft.answers))]


FILE_LOAN = Form(
    name="file_loan",
    version=1,
    title=N_("File loan"),
    preview=_preview,
    submit=_submit,
    fields=(
        FileRecord(
            name="file",
            label=N_("File"),
            question=N_("Whose file, or which number? Send a name, a part of it, pinyin or the number."),
            example=N_("李文静, liwenjing or RS-0034"),
            aliases=("档案编号", "file"),
            search=search_files,
            title=label_of_file,
            check=_check_file,
        ),
        Marks(
            name="parts",
            label=N_("Scope of the loan"),
            question=N_("The whole file, or only some classes? Tick them, or type e or e3."),
            aliases=("范围", "scope"),
            whole=N_("The whole file"),
            options=_classes,
            names={letter.value: label for letter, label in CLASSES.items()},
            accepts=_is_part,
        ),
        Choice(
            name="mode",
            label=N_("Kind of loan"),
            question=N_("Read it on the spot, or take it away?"),
            aliases=("方式", "mode"),
            options=(
                Option(LoanMode.READ.value, MODES[LoanMode.READ], ("阅览", "现场查阅", "看")),
                Option(LoanMode.TAKE.value, MODES[LoanMode.TAKE], ("外借", "借走", "带走")),
            ),
        ),
        OpenChoice(
            name="purpose",
            label=N_("Purpose of the loan"),
            question=N_("What for? Choose, or write it in your own words."),
            aliases=("事由", "理由", "用途", "reason"),
            options=tuple(Option(f"p{at}", purpose) for at, purpose in enumerate(PURPOSES)),
        ),
        Text(
            name="unsealing",
            label=N_("Reason for unsealing"),
            question=N_("This file is sealed, since its person has left. Why must it be opened?"),
            example=N_("劳动仲裁举证"),
            shortest=2,
            longest=100,
            when=is_sealed,
        ),
        Day(
            name="due",
            label=N_("Day of return"),
            question=N_("When do you bring it back?"),
            example=N_("下周五, 三天后, 12月5日"),
            aliases=("归还", "应还日期", "due"),
            likely=(1, 3, 7, 14),
            latest=366,
            hint=_limit,
            check=_check_due,
        ),
        Choice(
            name="rules",
            label=N_("Reader's rules"),
            question=N_("Please read and confirm:"),
            hint=_rules,
            options=(Option(READ, N_("Read, I keep to them"), ("同意", "已阅读", "遵守", "确认")),),
        ),
    ),
)


def show_purpose(_: Language, raw: str) -> str:
    """Write a purpose: one of ours by its place, or the person's own words."""
    known = {f"p{at}": purpose for at, purpose in enumerate(PURPOSES)}
    return _(known[raw]) if raw in known else raw


def _summarise(ctx: Telling, _: Language, request: Request) -> list[str]:
    content = request.content
    file = ctx.work.files.by_id(int(content["file"][0]))
    due = date.fromisoformat(content["due"])
    lines = []
    if file is not None:
        kept = unit_name(ctx.work.people, file.custodian_no)
        lines.append(f"{_('File')} {file.number} · {file_kind(_, file)} · {kept}")
        if file.state is FileState.SEALED:
            lines.append(f"{_('Unsealing')} {content.get('unsealing', '')}")
    parts = show_parts(_, [part for part, _mark in content["parts"]])
    lines.append(f"{_('Loan')} {_(MODES[LoanMode(content['mode'])])} · {parts}")
    lines.append(f"{_('Purpose')} {show_purpose(_, content['purpose'])}")
    lines.append(f"{_('Due back')} {_.day(due)}")
    loan = ctx.work.loans.by_request(request.id or 0) if request.id else None
    if loan is not None and loan.state is LoanState.APPROVED:
        lines += handover_lines(ctx, _, loan)
    return lines


def handover_lines(ctx: Telling, _: Language, loan: Loan) -> list[str]:
    """Write how far the handover is: what the catalogue has, and who has counted."""
    lines = []
    if loan.collect_by is not None:
        lines.append(_("To be fetched by {day}, else it lapses.", day=_.day(loan.collect_by)))
    expected = _.plural("{n} page", "{n} pages", expected_pages(ctx.work, loan))
    counted = []
    if loan.keeper_at is not None:
        counted.append(_("keeper {name} counted {n}", name=ctx.name_of(loan.keeper_no), n=loan.pages))
    if loan.borrower_at is not None:
        counted.append(_("borrower counted {n}", n=loan.pages))
    told = "，".join(counted) if counted else _("nobody has counted yet")
    return [*lines, f"{_('Handover')} {_('catalogue {pages}', pages=expected)}；{told}"]


def _abridge(_: Language, content: Mapping[str, Any]) -> str:
    mode = _(MODES[LoanMode(content["mode"])])
    purpose = show_purpose(_, content["purpose"])
    return f"{mode}，{purpose}，{_('back by {day}', day=_.day(date.fromisoformat(content['due'])))}"


def _count(ctx: Context, at: StepRef, outcome: str, photos: list[str]) -> str:
    """Confirm the handover as its keeper; give what came of it."""
    loan = count_as_keeper(ctx.work, ctx.actor, at, int(outcome), ctx.now, photos)
    _ = ctx.language
    if loan.state is LoanState.LENT:
        text = _("Handed over {number}: {n} pages. Due back {day}.", day=_.day(loan.due_on), **_named(loan))
    elif loan.keeper_at is None:
        text = _("{number} went back by itself: what it starts from has changed.", number=loan.number)
    else:
        text = _("Your count of {number} is noted: {n} pages. Now the borrower confirms.", **_named(loan))
    return text + _differs(ctx, loan)


def _named(loan: Loan) -> dict[str, Any]:
    return {"number": loan.number, "n": loan.pages}


def _differs(ctx: Context, loan: Loan) -> str:
    expected = expected_pages(ctx.work, loan)
    if loan.pages in {0, expected}:
        return ""
    return " ⚠️ " + ctx.language("The catalogue has {n}; please look why.", n=expected)


def _usual_counts(ctx: Context, request: Request) -> list[tuple[str, str]]:
    """Offer the count that the borrower gave, else the catalogue's."""
    loan = ctx.work.loans.by_request(request.id or 0)
    if loan is None:
        return []
    pages = loan.pages if loan.borrower_at else expected_pages(ctx.work, loan)
    return [page_choice(ctx.language, pages)] if pages else []


def page_choice(_: Language, pages: int) -> tuple[str, str]:
    return _.plural("{n} page, right", "{n} pages, right", pages), str(pages)


def start_for(ctx: Context, begin: Any, file_id: str) -> None:
    """Begin a loan of a file that is on the screen. begin: Forms.begin."""
    file = ctx.work.files.by_id(int(file_id))
    if file is None:
        raise Refused("file_unknown")
    require_lendable(ctx.work, ctx.actor, file)
    former = ctx.conversation.draft_of(FILE_LOAN.name)
    if former is not None and (not former.touched or former.answers.keys() <= {"file"}):
        ctx.conversation.drop(former)
    begin(ctx, Draft(FILE_LOAN.name, FILE_LOAN.version, answers={"file": answer_of(ctx, file)}))


FILE_LOAN_KIND = Kind(
    kind=RequestKind.FILE_LOAN,
    form=FILE_LOAN,
    summary=_summarise,
    brief=_abridge,
    attachments=lambda request: [],
    negotiable=(),
    todo_heading=N_("【To hand over】"),
    done_label=N_("Confirm handover"),
    done_word=N_("handed over"),
    outcome_label=N_("Pages"),
    outcome_question=N_("Count the pages together. How many? A photo may come first."),
    parse_outcome=lambda text: str(parse_pages(text)),
    outcome_note=N_("Please keep it well and bring it back in time."),
    outcome_choices=_usual_counts,
    carry_out=_count,
    refresh=_refresh,
    beside_mending=("unsealing",),
)
