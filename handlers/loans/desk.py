"""What borrowers and keepers do about a loan: count, renew, bring back, check, object, wait."""

from __future__ import annotations

from collections.abc import Sequence

from domain.errors import Refused
from domain.loans.handovers import count_as_borrower, expected_pages
from domain.loans.loans import Condition, Loan, LoanState
from domain.loans.receiving import may_receive
from domain.loans.returns import ReturnCheck, announce_return, answer_return, check_return
from domain.loans.waiting import stop_waiting, wait_for_file
from domain.personnel_files.access import Look, note_look
from domain.personnel_files.files import PersonnelFile, find_files, keeps_files, require_file, require_no_kin
from domain.personnel_files.materials import parse_pages
from handlers.approvals.asking import Questions
from handlers.context import Context
from handlers.conversation import Asking
from handlers.forms.engine import Forms
from handlers.loans import borrowing, due_changing, renewing, returning
from handlers.loans.cards import loan_card, show_loan
from handlers.personnel_files.wording import CONDITIONS, file_title, show_due, show_loan_state
from handlers.ui import Button, LocalFile, View, ViewBuilder, bold
from handlers.wording import shorten

PAGE = 5
MOST = 20


class LoanDesk:
    """Payloads carry the id of a loan or a file."""

    def __init__(self, questions: Questions, forms: Forms) -> None:
        self._questions = questions
        self._forms = forms
        questions.register("count", self._answer_count, takes_files=True, bc=self._pick_count)
        questions.register("check", self._answer_check, ri=self._pick_intact, rc=self._pick_condition)
        questions.register("objection", self._answer_objection)

    # --- one's own loans ---------------------------------------------------------------------------------

    def show_mine(self, ctx: Context, page: str = "0") -> None:
        """List this person's loans, what is out first."""
        _, me = ctx.language, ctx.actor.staff_no
        count = ctx.work.loans.count_of_borrower(me)
        at = min(max(int(page), 0), max(0, -(-count // PAGE) - 1))
        loans = ctx.work.loans.of_borrower(me, limit=PAGE, offset=at * PAGE)
        screen = ViewBuilder().say(bold(f"{_('My loans')} ({count})"))
        if not count:
            screen.say(_("You have not borrowed any file."))
        for place, loan in enumerate(loans, start=at * PAGE + 1):
            screen.say(f"{place}. {self._title(ctx, loan)} · {show_loan_state(_, loan.state)}")
            when = show_due(_, loan, ctx.today) if loan.state.active else _.day(loan.due_on)
            screen.say(f"    {loan.number} · {_('due {day}', day=when)}")
        for place, loan in enumerate(loans, start=at * PAGE + 1):
            screen.buttons(Button(f"{place}. {shorten(self._title(ctx, loan), 22)}", f"ln:{loan.id}"))
        row = [Button("◀ " + _("Previous page"), f"ml:{at - 1}")] if at else []
        if (at + 1) * PAGE < count:
            row.append(Button(_("Next page") + " ▶", f"ml:{at + 1}"))
        screen.buttons(*row).buttons(Button(_("Borrow a file"), "bl"))
        ctx.show(screen.view())

    def show_loan(self, ctx: Context, loan_id: str) -> None:
        loan = self._readable(ctx, loan_id)
        ctx.say(show_loan(ctx, ctx.language, loan, ctx.actor.staff_no), loan_card(loan))

    def show_photos(self, ctx: Context, loan_id: str) -> None:
        """Send the photos of the handover and of the return."""
        loan = self._readable(ctx, loan_id)
        for photo_id in loan.photos:
            photo = ctx.work.attachments.by_id(photo_id)
            if photo is not None and photo.path:
                caption = ViewBuilder().say(f"{loan.number} {photo.name}").view()
                ctx.say(View(caption.paragraphs, (), LocalFile(photo.path, photo.name, photo.mime)))

    # --- borrowing ---------------------------------------------------------------------------------------

    def on_borrow(self, ctx: Context, file_id: str) -> None:
        """Begin a loan of one file; where it cannot be had, offer to wait for it."""
        try:
            borrowing.start_for(ctx, self._forms.begin, file_id)
        except Refused as refused:
            if refused.code not in {"file_taken", "file_not_lendable"} or ctx.tapped is None:
                raise
            self.on_wait(ctx, file_id)

    def borrow_in_words(self, ctx: Context, text: str) -> None:
        self.on_borrow(ctx, str(self._one_file(ctx, text).id))

    def on_wait(self, ctx: Context, file_id: str) -> None:
        """Join the waiting list."""
        place = wait_for_file(ctx.work, ctx.actor, int(file_id), ctx.now)
        _, file = ctx.language, require_file(ctx.work, int(file_id))
        text = _(
            "You are number {n} on the list for {number}; I tell you when it is back.",
            n=place,
            number=file.number,
        )
        if ctx.tapped is not None:
            ctx.toast = text
        leave = Button(_("Leave the list"), f"lq:{file.id}")
        ctx.say(ViewBuilder().say("✓ " + text).buttons(leave).view())

    def on_leave(self, ctx: Context, file_id: str) -> None:
        """Leave the waiting list."""
        file = stop_waiting(ctx.work, ctx.actor, int(file_id))
        text = ctx.language("You are off the list for {number}.", number=file.number)
        ctx.show(ViewBuilder().say("✓ " + text).view())

    def leave_in_words(self, ctx: Context, text: str) -> None:
        self.on_leave(ctx, str(self._one_file(ctx, text).id))

    def wait_in_words(self, ctx: Context, text: str) -> None:
        file = self._one_file(ctx, text)
        self.on_wait(ctx, str(file.id))

    # --- handing over ------------------------------------------------------------------------------------

    def on_count(self, ctx: Context, loan_id: str) -> None:
        """Ask the borrower how many pages they have got."""
        loan, _ = self._own(ctx, loan_id), ctx.language
        if loan.state is not LoanState.APPROVED:
            raise Refused("loan_state", number=loan.number, state=loan.state)
        screen = (
            ViewBuilder().say(bold(f"{_('Confirm handover')} · {loan.number}")).say(self._title(ctx, loan))
        )
        if loan.keeper_at is not None:
            screen.say(_("The keeper counted {n} pages.", n=loan.pages))
        screen.say(_("Count the pages together. How many? A photo may come first."))
        row = [Button(_("Cancel"), "q:no")]
        if pages := loan.pages if loan.keeper_at else expected_pages(ctx.work, loan):
            label, value = borrowing.page_choice(_, pages)
            row.insert(0, Button(label, f"q:bc:{loan.id}:{value}"))
        screen.buttons(*row)
        self._questions.put(ctx, "count", screen.view(), loan=loan_id)

    def _answer_count(self, ctx: Context, asking: Asking, text: str) -> None:
        self._count(ctx, str(asking.args["loan"]), parse_pages(text))

    def _pick_count(self, ctx: Context, loan_id: str, pages: str) -> None:
        self._count(ctx, loan_id, parse_pages(pages))

    def _count(self, ctx: Context, loan_id: str, pages: int) -> None:
        photos = self._questions.photos(ctx)
        with ctx.work.attempt():
            loan = count_as_borrower(ctx.work, ctx.actor, int(loan_id), pages, ctx.now, photos)
        _ = ctx.language
        if loan.state is LoanState.LENT:
            day = _.day(loan.due_on)
            text = _("Handed over {number}: {n} pages. Due back {day}.", number=loan.number, n=pages, day=day)
        elif loan.borrower_at is None:
            text = _("{number} went back by itself: what it starts from has changed.", number=loan.number)
        else:
            text = _(
                "Your count of {number} is noted: {n} pages. Now the keeper confirms.",
                number=loan.number,
                n=pages,
            )
        self._questions.settle(ctx, text)

    # --- renewing ----------------------------------------------------------------------------------------

    def on_renew(self, ctx: Context, loan_id: str) -> None:
        renewing.renew_in_one_tap(ctx, loan_id)

    def renew_in_words(self, ctx: Context, text: str = "") -> None:
        """续借: at once where one loan can be meant, else choose."""
        if (loan := self._one_of_mine(ctx, text)) is not None:
            renewing.renew_in_one_tap(ctx, str(loan.id))

    # --- bringing back -----------------------------------------------------------------------------------

    def return_in_words(self, ctx: Context, text: str = "") -> None:
        """归还: a borrower's word that it comes; the check, from whoever takes back and means no own loan."""
        if self._takes_back(ctx, text):
            if text:
                self._check_in_words(ctx, text)
            else:
                self._forms.start(ctx, returning.RETURN_CHECK.name)
            return
        if (loan := self._one_of_mine(ctx, text)) is not None:
            self.on_announce(ctx, str(loan.id))

    def _takes_back(self, ctx: Context, text: str) -> bool:
        """Whether 归还 begins a check: a keeper's does, a stand-in's where a file waits for them."""
        if self._found_of_mine(ctx, text):
            return False
        stands_in = returning.may_check(ctx.actor) and bool(returning.search_out(ctx, text))
        return keeps_files(ctx.actor) or stands_in

    def on_announce(self, ctx: Context, loan_id: str) -> None:
        loan = announce_return(ctx.work, ctx.actor, int(loan_id), ctx.now)
        text = ctx.language(
            "The keeper knows that {number} comes back; it is checked with you there.", number=loan.number
        )
        if ctx.tapped is not None:
            ctx.toast = text
        else:
            ctx.say(ViewBuilder().say("✓ " + text).view())

    def on_check(self, ctx: Context, loan_id: str) -> None:
        """Ask the keeper for the condition; intact needs one tap."""
        loan, _ = self._keepers(ctx, loan_id), ctx.language
        if loan.state is not LoanState.LENT:
            raise Refused("loan_state", number=loan.number, state=loan.state)
        screen = ViewBuilder().say(bold(f"{_('Return of a file')} · {loan.number}"))
        screen.say(f"{self._title(ctx, loan)} ← {ctx.name_of(loan.borrower_no)}")
        screen.say(_("Checked against the catalogue: in which condition is it?"))
        if loan.pages:
            intact = _("Intact, {n} pages", n=loan.pages)
            screen.buttons(Button("✓ " + intact, f"q:ri:{loan.id}:{loan.pages}"))
        conditions = [c for c in Condition if c is not Condition.INTACT or not loan.pages]
        screen.grid([Button(_(CONDITIONS[c]), f"q:rc:{loan.id}:{c.value}") for c in conditions], 3)
        screen.buttons(Button(_("Cancel"), "q:no"))
        self._questions.put(ctx, "check", screen.view(), loan=loan_id)

    def _answer_check(self, ctx: Context, asking: Asking, text: str) -> None:
        """完好, 缺页 … in words."""
        found = [c for c in Condition if text.strip() in {ctx.language(CONDITIONS[c]), c.value}]
        if not found:
            options = [ctx.language(label) for label in CONDITIONS.values()]
            raise Refused("choice_unknown", options=options)
        loan = self._keepers(ctx, str(asking.args["loan"]))
        if found[0] is Condition.INTACT and loan.pages:
            self._pick_intact(ctx, str(loan.id), str(loan.pages))
        else:
            self._pick_condition(ctx, str(loan.id), found[0].value)

    def _pick_intact(self, ctx: Context, loan_id: str, pages: str) -> None:
        with ctx.work.attempt():
            check = ReturnCheck(Condition.INTACT, int(pages))
            loan = check_return(ctx.work, ctx.actor, int(loan_id), check, ctx.now)
        text = ctx.language("{number} is back, intact.", number=loan.number)
        self._questions.settle(ctx, text)

    def _pick_condition(self, ctx: Context, loan_id: str, condition: str) -> None:
        self._keepers(ctx, loan_id)
        ctx.conversation.asking = None
        ctx.settle_prompt(ViewBuilder().say(ctx.language("See below.")).view())
        returning.start_for(ctx, self._forms.begin, loan_id, condition)

    def on_answer(self, ctx: Context, loan_id: str, answer: str) -> None:
        """The borrower confirms the keeper's check, or is asked what is not right."""
        loan, _ = self._own(ctx, loan_id), ctx.language
        if answer == "y":
            answer_return(ctx.work, ctx.actor, int(loan_id), "", ctx.now)
            ctx.toast = _("Thank you, {number} is closed.", number=loan.number)
            return
        if loan.accepted_at is not None or loan.disputed:
            raise Refused("return_answered", number=loan.number)
        screen = ViewBuilder().say(bold(f"{_('I object')} · {loan.number}")).say(_("What is not right?"))
        self._questions.put(
            ctx, "objection", screen.buttons(Button(_("Cancel"), "q:no")).view(), loan=loan_id
        )

    def _answer_objection(self, ctx: Context, asking: Asking, text: str) -> None:
        if not text:
            raise Refused("reason_required")
        with ctx.work.attempt():
            loan = answer_return(ctx.work, ctx.actor, int(asking.args["loan"]), text, ctx.now)
        self._questions.settle(ctx, ctx.language("HR looks into {number}.", number=loan.number))

    # --- calling back ------------------------------------------------------------------------------------

    def on_change_due(self, ctx: Context, loan_id: str) -> None:
        self._keepers(ctx, loan_id)
        due_changing.start_for(ctx, self._forms.begin, loan_id)

    # --- finding -----------------------------------------------------------------------------------------

    def _check_in_words(self, ctx: Context, text: str) -> None:
        options = returning.RETURN_CHECK.field("loan")
        found = options.search(ctx, text) if options is not None else []  # type: ignore[attr-defined]
        if len(found) == 1:
            self.on_check(ctx, found[0].value)
            return
        if not found:
            raise Refused("not_out", text=shorten(text, 40))
        self._forms.start(ctx, returning.RETURN_CHECK.name)

    def _mine(self, ctx: Context) -> Sequence[Loan]:
        loans = ctx.work.loans.active_of_borrower(ctx.actor.staff_no)
        return [loan for loan in loans if loan.state is LoanState.LENT]

    def _found_of_mine(self, ctx: Context, text: str) -> Sequence[Loan]:
        wanted = text.strip().casefold()
        return [
            loan for loan in self._mine(ctx) if wanted in f"{self._title(ctx, loan)} {loan.number}".casefold()
        ]

    def _one_of_mine(self, ctx: Context, text: str) -> Loan | None:
        """Give the loan that is meant; where several could be, list them instead."""
        found = self._found_of_mine(ctx, text)
        if not found and not self._mine(ctx):
            raise Refused("nothing_borrowed")
        if len(found) == 1:
            return found[0]
        self.show_mine(ctx)
        return None

    def _one_file(self, ctx: Context, text: str) -> PersonnelFile:
        found = find_files(ctx.work, text, limit=2)
        if not found:
            raise Refused("record_unknown", text=shorten(text, 40))
        if len(found) > 1:
            raise Refused("file_ambiguous", numbers=[file.number for file in found])
        return found[0]

    def _own(self, ctx: Context, loan_id: str) -> Loan:
        loan = ctx.work.loans.by_id(int(loan_id))
        if loan is None or loan.borrower_no != ctx.actor.staff_no:
            raise Refused("loan_unknown")
        return loan

    def _keepers(self, ctx: Context, loan_id: str) -> Loan:
        loan = ctx.work.loans.by_id(int(loan_id))
        if loan is None:
            raise Refused("loan_unknown")
        file = require_file(ctx.work, loan.file_id)
        stands_in = loan.state is LoanState.LENT and may_receive(ctx.work, ctx.actor, loan, file)
        if not keeps_files(ctx.actor) and not stands_in:
            raise Refused("loan_unknown")
        require_no_kin(ctx.work, ctx.actor, file)
        return loan

    def _readable(self, ctx: Context, loan_id: str) -> Loan:
        """Give a loan to its borrower, or to whoever keeps files, who thereby looks into its file."""
        try:
            return self._own(ctx, loan_id)
        except Refused:
            loan = self._keepers(ctx, loan_id)
        purpose = f"{ctx.language('Loan')} {loan.number}"
        note_look(ctx.work, ctx.actor, loan.file_id, Look.LOAN, purpose, ctx.now)
        return loan

    def _title(self, ctx: Context, loan: Loan) -> str:
        file = ctx.work.files.by_id(loan.file_id)
        return file_title(ctx.work.people, file) if file else loan.number
