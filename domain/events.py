"""What happened, in the past tense; handlers turn these into messages for everyone concerned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from domain.approvals.requests import Remark, Request, Step
from domain.people import Employee

if TYPE_CHECKING:
    from domain.approvals.delegations import Delegation
    from domain.customers import Customer, CustomerField
    from domain.discounts import DiscountChange
    from domain.loans.incidents import Incident
    from domain.loans.loans import Loan
    from domain.personnel_files.files import FileState, PersonnelFile
    from domain.personnel_files.materials import Material


@dataclass(frozen=True, slots=True)
class RequestSubmitted:
    """A first or a mended version went in."""

    request: Request
    applicant: Employee


@dataclass(frozen=True, slots=True)
class StepOpened:
    request: Request
    step: Step


@dataclass(frozen=True, slots=True)
class StepDecided:
    """Somebody approved, rejected, returned, handed over, voided or carried out a step."""

    request: Request
    step: Step
    actor: Employee


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    request: Request
    applicant: Employee


@dataclass(frozen=True, slots=True)
class StepUncovered:
    """Nobody the rule names can act; the fallback does, or nobody. The system administrator should know."""

    request: Request
    step: Step


@dataclass(frozen=True, slots=True)
class StepMoved:
    """An open step fell to other people, since those who had it (former) can no longer take it."""

    request: Request
    step: Step
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepPaused:
    """An approver asked somebody else first; the step opens again after them."""

    request: Request
    step: Step
    actor: Employee


@dataclass(frozen=True, slots=True)
class RequestMoved:
    """What a request starts from has changed since submission, so it went back. fields: to look at again."""

    request: Request
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfferMade:
    request: Request
    step: Step
    actor: Employee


@dataclass(frozen=True, slots=True)
class OfferRetracted:
    """by: staff number, empty where whoever made the offer may no longer decide."""

    request: Request
    step: Step
    by: str


@dataclass(frozen=True, slots=True)
class OfferAnswered:
    """The applicant took a counter-offer, or declined it.

    offered: the step it was made at; step: the same one in the version that taking it made. former: other
    steps that were open in the version it was made for.
    """

    request: Request
    offered: Step
    step: Step
    accepted: bool
    former: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestNudged:
    """The applicant asked for haste."""

    request: Request
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class RequestCopied:
    """Somebody, or the route where `by` is empty, let others read along. to: staff numbers."""

    request: Request
    to: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class RemarkAdded:
    request: Request
    remark: Remark


@dataclass(frozen=True, slots=True)
class DelegationMade:
    delegation: Delegation


@dataclass(frozen=True, slots=True)
class DelegationBegan:
    delegation: Delegation


@dataclass(frozen=True, slots=True)
class DelegationEnded:
    """By its last day, or called off before."""

    delegation: Delegation


@dataclass(frozen=True, slots=True)
class SpecialRateLapsed:
    """A rate for a part of what a customer buys is over."""

    change: DiscountChange


@dataclass(frozen=True, slots=True)
class CustomerUpdated:
    """内勤 changed an address, a contact, a phone or a payment channel. field: which."""

    customer: Customer
    field: CustomerField
    before: str
    after: str
    by: str


@dataclass(frozen=True, slots=True)
class RequestLapsed:
    """Time went by, or what the request was about is over."""

    request: Request


@dataclass(frozen=True, slots=True)
class FileOpened:
    file: PersonnelFile
    by: str


@dataclass(frozen=True, slots=True)
class FileMoved:
    """by: staff number of whoever moved it."""

    file: PersonnelFile
    before: FileState
    by: str


@dataclass(frozen=True, slots=True)
class MaterialMoved:
    """A document took one of the four steps of filing, was rejected or superseded."""

    file: PersonnelFile
    material: Material
    by: str


@dataclass(frozen=True, slots=True)
class LoanApproved:
    """The file can be fetched."""

    loan: Loan
    request: Request


@dataclass(frozen=True, slots=True)
class HandoverCounted:
    """One side has counted the pages; the other is asked. by: staff number of the one who counted."""

    loan: Loan
    step: Step
    by: str


@dataclass(frozen=True, slots=True)
class LoanLent:
    """Both sides have counted the same; the file is out."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class LoanEnded:
    """The loan came to nothing: rejected, withdrawn, voided or not fetched."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class LoanSentBack:
    """An approved loan waits to be mended, since its file is not what it was."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class LoanDueChanged:
    """by: staff number; reason: a renewal's number, or the HR manager's words."""

    loan: Loan
    before: date
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class RenewalMoved:
    """A renewal was asked for, or came to nothing."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class ReturnAnnounced:
    """The borrower is bringing the file back."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class LoanReturned:
    """The keeper has checked the file."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class ReturnAnswered:
    """The borrower confirmed what the keeper found, or objected."""

    loan: Loan


@dataclass(frozen=True, slots=True)
class IncidentOpened:
    incident: Incident
    file: PersonnelFile


@dataclass(frozen=True, slots=True)
class IncidentClosed:
    incident: Incident
    file: PersonnelFile


@dataclass(frozen=True, slots=True)
class FileFree:
    """A file is back that somebody waits for."""

    file: PersonnelFile
    staff_no: str


@dataclass(frozen=True, slots=True)
class RelativeDeclared:
    """by: staff number of whoever declared it; the other person and HR should know."""

    staff_no: str
    relative_no: str
    relation: str
    by: str


@dataclass(frozen=True, slots=True)
class LeavingOpened:
    """Somebody has left; HR sees what they still have."""

    staff_no: str


@dataclass(frozen=True, slots=True)
class LeavingFinished:
    staff_no: str
    by: str


@dataclass(frozen=True, slots=True)
class InspectionFinished:
    """key: period and unit, as in 2026Q4/D07."""

    key: str


@dataclass(frozen=True, slots=True)
class CustomerFollowedUp:
    customer_id: int


@dataclass(frozen=True, slots=True)
class AccountClaimed:
    """Somebody opened an invitation and waits for a system administrator to confirm."""

    invitation_id: int
    staff_no: str
    display_name: str


@dataclass(frozen=True, slots=True)
class AccountConfirmed:
    """by: staff number of the administrator, empty for the very first account."""

    invitation_id: int
    staff_no: str
    channel: str
    chat_id: str
    by: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class AccountUnreachable:
    """Somebody blocked the bot."""

    staff_no: str


Event = (
    RequestSubmitted
    | StepOpened
    | StepDecided
    | RequestWithdrawn
    | StepUncovered
    | StepMoved
    | StepPaused
    | RequestMoved
    | OfferMade
    | OfferRetracted
    | OfferAnswered
    | RequestNudged
    | RequestCopied
    | RemarkAdded
    | DelegationMade
    | DelegationBegan
    | DelegationEnded
    | SpecialRateLapsed
    | CustomerUpdated
    | RequestLapsed
    | FileOpened
    | FileMoved
    | MaterialMoved
    | LoanApproved
    | HandoverCounted
    | LoanLent
    | LoanEnded
    | LoanSentBack
    | LoanDueChanged
    | RenewalMoved
    | ReturnAnnounced
    | LoanReturned
    | ReturnAnswered
    | IncidentOpened
    | IncidentClosed
    | FileFree
    | RelativeDeclared
    | LeavingOpened
    | LeavingFinished
    | InspectionFinished
    | CustomerFollowedUp
    | AccountClaimed
    | AccountConfirmed
    | AccountUnreachable
)
