"""Files, materials and loans in a person's words."""

from __future__ import annotations

from datetime import date

from domain.loans.incidents import Verdict
from domain.loans.loans import Condition, Loan, LoanMode, LoanState
from domain.people import People
from domain.personnel_files.files import CopyKind, FileKind, FileState, PersonnelFile, Secrecy
from domain.personnel_files.materials import MaterialClass, MaterialState
from handlers.language import N_, Language

FILE_STATES = {
    FileState.BUILDING: N_("being opened"),
    FileState.SHELVED: N_("in its place"),
    FileState.ON_LOAN: N_("lent"),
    FileState.UNDER_INSPECTION: N_("being inspected"),
    FileState.IN_TRANSFER: N_("on its way elsewhere"),
    FileState.TRANSFERRED_OUT: N_("transferred out"),
    FileState.SEALED: N_("sealed"),
    FileState.DESTRUCTION_PENDING: N_("to be destroyed"),
    FileState.DESTROYED: N_("destroyed"),
    FileState.MISSING: N_("missing"),
    FileState.WRITTEN_OFF: N_("written off"),
}
FILE_KINDS = {FileKind.PERSONNEL: N_("personnel file"), FileKind.MANAGEMENT: N_("staff management file")}
COPY_KINDS = {CopyKind.ORIGINAL: N_("originals"), CopyKind.COPY: N_("copies")}
SECRECIES = {Secrecy.ORDINARY: N_("ordinary"), Secrecy.SECRET: N_("secret")}
CLASSES = {
    MaterialClass.RESUME: N_("a Career"),
    MaterialClass.APPRAISAL: N_("b Appraisals"),
    MaterialClass.REWARD: N_("c Rewards and sanctions"),
    MaterialClass.TRAINING: N_("d Training"),
    MaterialClass.CONTRACT: N_("e Contracts and appointments"),
    MaterialClass.OTHER: N_("f Other"),
}
MATERIAL_STATES = {
    MaterialState.RECEIVED: N_("received"),
    MaterialState.AUTHENTICATED: N_("authenticated"),
    MaterialState.PLACED: N_("place settled"),
    MaterialState.CATALOGUED: N_("in the catalogue"),
    MaterialState.FILED: N_("in the file"),
    MaterialState.REJECTED: N_("turned down"),
    MaterialState.SUPERSEDED: N_("superseded"),
}
MODES = {LoanMode.READ: N_("Read on the spot"), LoanMode.TAKE: N_("Take away")}
CONDITIONS = {
    Condition.INTACT: N_("intact"),
    Condition.PAGES_MISSING: N_("pages missing"),
    Condition.DAMAGED: N_("damaged"),
    Condition.LOST: N_("lost"),
}
LOAN_STATES = {
    LoanState.PENDING: N_("awaiting approval"),
    LoanState.APPROVED: N_("to be handed over"),
    LoanState.LENT: N_("lent"),
    LoanState.RETURNED: N_("brought back"),
    LoanState.LAPSED: N_("lapsed"),
    LoanState.DROPPED: N_("not lent"),
}
VERDICTS = {
    Verdict.MENDED: N_("complete again"),
    Verdict.ACCEPTED: N_("noted, usable as it is"),
    Verdict.LOST: N_("lost for good"),
}


def show_file_state(_: Language, state: FileState) -> str:
    return _(FILE_STATES[state])


def show_material_state(_: Language, state: MaterialState) -> str:
    return _(MATERIAL_STATES[state])


def show_loan_state(_: Language, state: LoanState) -> str:
    return _(LOAN_STATES[state])


def show_condition(_: Language, condition: Condition) -> str:
    return _(CONDITIONS[condition])


def show_verdict(_: Language, verdict: Verdict, condition: Condition) -> str:
    """Write what a check came to; what was lost is found again, not mended."""
    found = verdict is Verdict.MENDED and condition is Condition.LOST
    return _("found again") if found else _(VERDICTS[verdict])


def subject_name(people: People, file: PersonnelFile) -> str:
    subject = people.by_no(file.subject_no)
    return subject.name if subject else file.subject_no


def file_title(people: People, file: PersonnelFile) -> str:
    """Name and number, and no more: what anybody may see of a file."""
    return f"{subject_name(people, file)} {file.number}"


def file_kind(_: Language, file: PersonnelFile) -> str:
    """Write what sort of file it is: 人事档案 · 机密."""
    parts = [_(FILE_KINDS[file.kind])]
    if file.copy_kind is CopyKind.COPY:
        parts.append(_(COPY_KINDS[file.copy_kind]))
    if file.secrecy is Secrecy.SECRET:
        parts.append(_(SECRECIES[file.secrecy]))
    return " · ".join(parts)


def unit_name(people: People, number: str) -> str:
    unit = people.department(number)
    return unit.name if unit else number


def show_parts(_: Language, parts: list[str]) -> str:
    """Write what of a file is lent: 整份, or classes and entries."""
    if not parts:
        return _("the whole file")
    classes = {letter.value: _(label) for letter, label in CLASSES.items()}
    return "、".join(classes.get(part, part) for part in parts)


def show_due(_: Language, loan: Loan, today: date) -> str:
    """Write when a file is due, and how late it is."""
    text = _.day(loan.due_on)
    if late := loan.overdue(today):
        days = _.plural("{n} day overdue", "{n} days overdue", late)
        return f"{text} ⚠️ {days}"
    return f"{text} {_('(today)')}" if loan.due_on == today and loan.state is LoanState.LENT else text
