"""The wording of every refusal: its reason in plain words, and an example where one helps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from domain.customers import CustomerState
from domain.errors import Refused
from handlers.language import N_, Language
from handlers.personnel_files.wording import show_file_state, show_loan_state, show_material_state
from handlers.wording import (
    show_customer_state,
    show_rate,
    show_request_state,
    show_step_state,
    show_who,
)

WORDING: Mapping[str, str] = {
    # anyone
    "role_required": N_("You are not authorised to do that."),
    "button_unknown": N_("This button no longer works. Please open the menu."),
    "message_unreadable": N_("I can read text, photos and files, nothing else yet."),
    # reminders and the calendar
    "reminder_unknown": N_("That reminder is no longer there."),
    "nothing_to_snooze": N_("Everything there is settled already."),
    "reminder_is_duty": N_("That is your duty and cannot be turned off."),
    "inspection_unknown": N_("There is no such inspection."),
    "inspection_done": N_("The inspection of {period} is noted already."),
    "customer_not_yours": N_("{name} belongs to another rep."),
    "day_out_of_range": N_("That day is out of range, for example 2027-02-20."),
    # forms
    "field_required": N_("This one is needed and cannot be skipped."),
    "text_length": N_("Please send {shortest} to {longest} characters (that was {length})."),
    "too_many_drafts": N_("You have {limit} drafts already; please finish or cancel one first."),
    "choice_ambiguous": N_("{count} of them fit; please choose one."),
    "choice_unknown": N_("That is none of the choices. Choose a button or type one of: {options}"),
    "choice_gone": N_("That choice is no longer there; please choose again."),
    "record_unknown": N_("Nothing was found for “{text}”. Try another part of the name."),
    # dates
    "date_unreadable": N_("I cannot read that as a date. For example: 12月5日, 下周五 or 三天后"),
    "date_impossible": N_("There is no such day: {month}/{day}."),
    "date_ambiguous": N_("That can be two days; please choose one."),
    "date_weekday_differs": N_("The date {date} is not on that weekday; please check."),
    "date_too_early": N_("{day} is too early; the first possible day is {first}."),
    "date_too_late": N_("{day} is too late; the last possible day is {last}."),
    # rates
    "rate_unreadable": N_("I cannot read that as a discount. For example: 九二折, 92折 or 让利8个点"),
    "rate_ambiguous": N_(
        "That discount can be read in more than one way. Please choose or write it as 九二折."
    ),
    "rate_out_of_range": N_("A discount lies above 0 and at most at the full price. For example: 九二折"),
    "rate_too_fine": N_("A discount has at most {places} decimal places. For example: 0.925"),
    "rate_is_tax": N_(
        "That sounds like the tax rate (VAT), not the discount. Which discount? For example: 九二折"
    ),
    "rate_relative_needs_current": N_(
        "Please say the discount itself, such as 九折; there is no present one to start from."
    ),
    "rate_below_floor": N_("{rate} is below the company's floor of {floor}. Please choose {floor} or above."),
    # settlement
    "settlement_unreadable": N_("I cannot read these terms. For example: 月结30天, 款到发货 or 货到30天"),
    "settlement_ambiguous": N_("These terms can be read in more than one way; choose or say it again."),
    "settlement_days_missing": N_("How many days? For example: 30"),
    "settlement_days_out_of_range": N_("{days} days are too many; at most {longest} can be entered."),
    "settlement_days_unreadable": N_("Please send the number of days. For example: 30"),
    "credit_too_long": N_(
        "{days} days exceed the company's limit of {limit} days. Please choose {limit} or fewer."
    ),
    # phone
    "phone_unreadable": N_("I cannot read that as a phone number. For example: 13800138000 or 0757-22345678"),
    "phone_length": N_("The number of digits is wrong ({digits}). A mobile has 11. For example: 13800138000"),
    "phone_invalid": N_("There is no such number. For example: 13800138000 or 0757-22345678"),
    "phone_area_missing": N_("A landline needs its area code. For example: 0757-22345678"),
    "phone_ambiguous": N_("Those are several numbers; please choose the one to keep."),
    # credit code
    "credit_code_length": N_(
        "The code has {expected} characters; that was {length}. Please check against the licence."
    ),
    "credit_code_character": N_("Character {position} ({character}) does not occur in such codes.{hint}"),
    "credit_code_check": N_(
        "The check character does not fit, so one character is wrong. Please compare with the licence."
    ),
    # address and name
    "address_too_short": N_("That is too short for an address. For example: 广东省佛山市顺德区凤翔路28号"),
    "address_too_long": N_("An address has at most {maximum} characters; that was {length}."),
    "address_unreadable": N_(
        "I cannot find a place or street in that. For example: 广东省佛山市顺德区凤翔路28号"
    ),
    "name_unreadable": N_("That does not look like a name. For example: 佛山市恒锐五金制品有限公司"),
    "name_too_short": N_(
        "The name has at least {minimum} characters. For example: 佛山市恒锐五金制品有限公司"
    ),
    "name_too_long": N_("The name has at most {maximum} characters; that was {length}."),
    # customers
    "duplicate_customer": N_("This customer is there already: {name} (looked after by {owner}, {state})."),
    "customer_unknown": N_("There is no such customer for you."),
    "customer_not_active": N_("{name} cannot be changed now: {state}."),
    "customer_same": N_("That is what is on file already."),
    "change_same": N_("That is what holds for {name} already; nothing would change."),
    "change_open": N_("A change for {name} of the same scope is under way: {number}."),
    "change_end_missing": N_("A rate for one order needs a last day. For example: 12月31日"),
    "erp_no_unreadable": N_("An ERP number has letters, digits and dashes. For example: KH0081"),
    "erp_no_taken": N_("{erp_no} already belongs to {name}. Please check the number."),
    # files
    "file_expected": N_("Please send a photo or a PDF here, or skip."),
    "file_not_expected": N_("Thank you, but I do not need a file just now."),
    "file_still_coming": N_("One file is still being received; please try again in a moment."),
    "too_many_files": N_("At most {limit} files can be attached."),
    "file_too_large": N_("A file may have at most {limit} MB. Please send a smaller one."),
    "file_type": N_("Only photos (JPG, PNG, WEBP, HEIC) and PDF are accepted. Please send it again."),
    "file_lost": N_("The file could not be received. Please send it again."),
    # requests
    "request_unknown": N_("There is no such request for you."),
    "request_closed": N_("{number} is closed: {state}."),
    "already_approved": N_("{number} has been approved and can no longer be withdrawn."),
    "already_decided": N_("Already done: {by} {state} {number} on {at}."),
    "version_changed": N_("{number} has been changed meanwhile; please look at the newest card."),
    "say_which": N_("Several could be meant. Please add the number, for example: 同意 0007"),
    "nothing_waits": N_("Nothing that this could mean waits for you."),
    "please_choose": N_("Please choose one of the buttons."),
    "decided_before": N_("You have already approved {number} at another step; somebody else must decide."),
    "offer_lies": N_("A counter-offer on {number} lies with the applicant; please wait for the answer."),
    "offer_gone": N_("That counter-offer on {number} no longer stands."),
    "offer_unreadable": N_("I cannot read these terms. For example: 92折, or 月结30天"),
    "nothing_to_offer": N_("There is nothing to bargain about in this request."),
    "step_paused": N_("{number} waits for somebody who was asked first; then it comes back."),
    "delegate_hands_nothing_on": N_("You stand for {name} here; only {name} may hand it on."),
    "chosen_is_self": N_("That is yourself. Please choose somebody else."),
    "chosen_is_applicant": N_("{name} filed this request and cannot decide it."),
    "chosen_is_involved": N_("{name} decides in this request already."),
    "copied_already": N_("{name} can read it already."),
    "remark_required": N_("Please write what you would like to say."),
    "nothing_to_nudge": N_("{number} waits for nobody but you just now."),
    "nudge_too_early": N_("They have just been reminded; you can do so again at {next}."),
    "too_many_ticked": N_("At most {limit} can be decided together."),
    "nothing_ticked": N_("Nothing is ticked. Tick what you want to decide together."),
    "needs_a_look": N_("{number} is out of the ordinary or was changed; please open it."),
    "outcome_unreadable": N_("That number has letters, digits and dashes. For example: ERP-20261130-07"),
    "delegate_is_self": N_("That is yourself. Please choose somebody else."),
    "delegation_days": N_("Approvals can be handed over for at most {limit} days."),
    "delegation_overlaps": N_("You have handed over {first} to {last} already; end that first."),
    "delegation_chain": N_("{name} has handed over their own approvals on these days."),
    "delegation_above_authority": N_("Nobody may grant less than the company's floor of {floor}."),
    "delegation_unknown": N_("There is no such delegation of yours."),
    "delegation_over": N_("That delegation has ended already."),
    "staff_unbound": N_("{name} has no account here yet."),
    "not_your_step": N_("{number} is not yours to decide at this step."),
    "own_request": N_("Nobody decides their own request."),
    "not_yet_approved": N_("{number} is not approved yet."),
    "outcome_required": N_("Please use “Recorded” for {number}."),
    "reason_required": N_("A reason is needed. For example: 联系电话有误"),
    "reason_is_consent": N_("That sounds like consent. To approve, press “Approve”; else give the reason."),
    "reason_too_long": N_("The reason may have at most {limit} characters."),
    "offer_same": N_("That is what was asked for; press “Approve” instead."),
    "offer_exceeds_request": N_("A counter-offer cannot give more than was asked for."),
    "fields_required": N_("Please tick at least one thing that has to be mended."),
    "not_named_for_mending": N_("Only what was named may be changed."),
    "route_uncovered": N_(
        "Nobody can take this request at the moment ({who}). The system administrator must look at it."
    ),
    # personnel files
    "file_number_unreadable": N_("A file's number looks like RS-0034."),
    "file_unknown": N_("There is no such file."),
    "file_ambiguous": N_("Several files fit: {numbers}. Please name one."),
    "own_file": N_("{number} is about yourself; another person must see to it. Ask HR for an extract."),
    "relatives_file": N_("{number} is a relative's; another person must see to it."),
    "other_unit": N_("{number} is kept by {unit}; its keeper sees to it."),
    "file_exists": N_("There is {number} already ({state}); one person has one file of a kind."),
    "unit_unknown": N_("There is no such department."),
    "file_state_changed": N_("{number} is {state} by now; please look again."),
    "file_move": N_("{number} is {state} and cannot go there."),
    "file_not_here": N_("{number} is {state}, not in its place."),
    "file_gone": N_("{number} is {state}; nothing can be filed into it."),
    "file_wanted": N_("{number} is asked for or lent; that comes first."),
    "subject_works_here": N_("{number} belongs to somebody who works here."),
    "move_same_person": N_("Somebody else must do this than who proposed it."),
    "file_missing": N_("{number} is missing: it is found again, or lost for good."),
    "incident_open": N_("{number} has an open incident; close that first."),
    "material_forbidden": N_("Employers may not collect hepatitis B results; give this back."),
    "material_unknown": N_("There is no such document in the catalogue."),
    "material_moved": N_("This document is {state} already."),
    "supersedes_unknown": N_("The entry to be replaced is no longer there; please choose again."),
    "pages_unreadable": N_("Please send the number of pages. For example: 36"),
    "pages_out_of_range": N_("That is no possible count; at most {most} pages. For example: 36"),
    "tick_something": N_("Please tick at least one."),
    "purpose_required": N_("Please say for which purpose."),
    "purpose_too_long": N_("At most {limit} characters, please."),
    "relative_self": N_("Nobody is their own relative."),
    "relative_known": N_("That is on file already."),
    # loans
    "loan_unknown": N_("There is no such loan, or it is not yours."),
    "loan_state": N_("{number} is {state}; that cannot be done now."),
    "file_taken": N_("{number} is out or asked for. Send “排队 {number}” and I tell you when it is back."),
    "file_taken_by_you": N_("You have {number} or have asked for it already; see My loans."),
    "file_not_lendable": N_("{number} is {state} and cannot be lent now."),
    "not_out": N_("Nothing that is out fits “{text}”."),
    "file_free": N_("{number} is in its place; you can ask for it."),
    "not_waiting": N_("You are not on the list for {number}."),
    "waiting_already": N_("You are on the list for {number} already."),
    "secret_unapproved": N_("{number} is secret, and no approver is set for that; ask the administrator."),
    "nobody_receives": N_("Nobody could take {number} back from you; ask the administrator."),
    "unsealing_reason": N_("{number} is sealed; please say why it must be opened."),
    "part_unknown": N_("Please tick classes, or type e or e3."),
    "loan_too_long": N_("{number} is lent for {days} days at most, until {last}."),
    "handover_unconfirmed": N_("{number}: both sides must confirm the handover."),
    "renewals_used": N_("{number} was renewed {times} times already; please bring it back."),
    "renewal_not_later": N_("It is due on {due} already; name a later day."),
    "renewal_too_long": N_("A renewal gives {days} days at most, until {last}."),
    "own_loan": N_("{number} is your own; another person must see to it."),
    "pages_differ": N_("{lent} pages were lent and {back} came back: then it is not intact."),
    "pages_not_missing": N_("{lent} pages were lent and {back} came back: then no page is missing."),
    "finding_missing": N_("Please say what is wrong: tick the materials or write a note."),
    "return_answered": N_("You have answered that for {number} already."),
    "nothing_borrowed": N_("You have no file out."),
    "incident_unknown": N_("There is no such incident."),
    "incident_closed": N_("{by} closed it on {at}."),
    "own_incident": N_("You are party to this; another person must close it."),
    "chosen_is_concerned": N_("It is about {name}; choose somebody else."),
    "leaving_unknown": N_("{name}'s leaving is not open."),
    "still_works_here": N_("{name} works here."),
    "files_still_out": N_("{name} still has files out: {numbers}. They must come back first."),
    # people
    "staff_unknown": N_("There is no staff number {staff_no}."),
    "staff_left": N_("{name} no longer works here."),
    "claim_settled": N_("This has been settled already."),
}

_SHOW: Mapping[str, Callable[[Language, Any], str]] = {
    "rate": show_rate,
    "floor": show_rate,
    "day": lambda _, day: _.day(day) if isinstance(day, date) else str(day),
    "first": lambda _, day: _.day(day),
    "last": lambda _, day: _.day(day),
    "date": lambda _, day: _.day(day),
    "at": lambda _, at: _.moment(at) if at else "",
    "next": lambda _, at: _.moment(at),
    "due": lambda _, day: _.day(day),
    "numbers": lambda _, numbers: "、".join(numbers),
    "options": lambda _, options: "、".join(options),
    "who": lambda _, who: show_who(_, who, str),
}
_STATES: Mapping[str, Callable[[Language, Any], str]] = {
    "duplicate_customer": show_customer_state,
    "customer_not_active": show_customer_state,
    "request_closed": show_request_state,
    "already_decided": show_step_state,
    "loan_state": show_loan_state,
    "material_moved": show_material_state,
    **dict.fromkeys(
        (
            "file_exists",
            "file_state_changed",
            "file_move",
            "file_not_here",
            "file_gone",
            "file_not_lendable",
        ),
        show_file_state,
    ),
}
_REASONS = {
    "same_code": N_("same credit code"),
    "same_name": N_("same name"),
    "homophone": N_("sounds the same"),
    "close_name": N_("similar name"),
    "same_group": N_("same group"),
    "same_phone": N_("same phone"),
}


def explain(_: Language, refused: Refused) -> str:
    """Say in a person's language why something was refused and what would do."""
    wording = WORDING[refused.code]
    params = {
        name: _SHOW[name](_, value) if name in _SHOW and f"{{{name}}}" in wording else value
        for name, value in refused.params.items()
    }
    if "state" in params and refused.code in _STATES:
        params["state"] = _STATES[refused.code](_, refused.params["state"])
    if refused.code == "credit_code_character":
        meant = refused.params.get("meant")
        params["hint"] = _(" Did you mean {meant}?", meant=meant) if meant else ""
    if refused.code == "already_decided" and refused.params.get("mine"):
        return _("You have done that already: {number} {state} on {at}.", **params)
    return _(wording, **params)


def explain_doubt(_: Language, code: str, params: Mapping[str, Any]) -> list[str]:
    """Say what should be confirmed, one line each."""
    if code != "similar_customers":
        raise KeyError(code)
    lines = [_("Similar customers are on file. Is this really another one?")]
    for known in params["alike"]:
        state = show_customer_state(_, CustomerState(known["state"]))
        reasons = "、".join(_(_REASONS[reason]) for reason in known["reasons"])
        lines.append(
            _(
                "· {name} (looked after by {owner}, {state}): {reasons}",
                name=known["name"],
                owner=known["owner"],
                state=state,
                reasons=reasons,
            )
        )
    if params["count"] > len(params["alike"]):
        lines.append(_("… and {n} more", n=params["count"] - len(params["alike"])))
    return lines
