"""The menu, help, language, and what is said to words that nobody understands."""

from __future__ import annotations

from collections.abc import Sequence

from domain.approvals.delegations import desks_of
from domain.customer_history import may_see_customers
from domain.customers import may_file
from domain.discounts import may_propose
from domain.people import Role
from domain.personnel_files.files import keeps_files
from domain.weekly import may_see_report
from handlers.context import Context
from handlers.forms.engine import Forms
from handlers.forms.screens import resume_button
from handlers.language import Language
from handlers.ui import Button, ViewBuilder, bold

LANGUAGES = (("zh_CN", "中文"), ("en", "English"))


class Menu:
    def __init__(self, forms: Forms, languages: Sequence[Language]) -> None:
        self._forms = forms
        self._languages = languages

    def show_menu(self, ctx: Context) -> None:
        _ = ctx.language
        desks = desks_of(ctx.work, ctx.actor, ctx.now)
        waiting = sum(ctx.work.requests.count_waiting_at(desks).values())
        screen = ViewBuilder().say(bold(_("Hello {name}, what shall we do?", name=ctx.actor.name)))
        self._drafts(ctx, screen)
        self._processes(ctx, screen)
        todo = f"{_('My tasks')} ({waiting})" if waiting else _("My tasks")
        screen.buttons(Button(todo, "td:0"), Button(_("My requests"), "my:0"))
        ctx.say(screen.buttons(Button(_("Help"), "help"), Button("中文/English", "lang")).view())

    def show_help(self, ctx: Context) -> None:
        _ = ctx.language
        screen = ViewBuilder().say(bold(_("What you can do here")))
        if may_file(ctx.actor):
            screen.say(_("New customer (/new_customer): file a customer; I ask one thing after the other."))
        if may_propose(ctx.actor):
            screen.say(_("Change discount (/discount): another rate or other terms for a customer."))
        if may_see_customers(ctx.actor):
            screen.say(_("Customers (/customers): terms, contacts and history; “客户 恒锐” finds one."))
        screen.say(
            _("Borrow a file (/borrow): ask for a personnel file; My loans (/loans) renews or returns it.")
        )
        if keeps_files(ctx.actor):
            screen.say(
                _("Personnel files (/files): find, file, lend and check; “李文静在谁手里” tells at once.")
            )
        screen.say(_("My tasks (/todo): what waits for your decision; tick several and decide at once."))
        screen.say(
            _("In words: 同意 0007, 驳回 0007 利润太低, or reply to a card; also 转交, 加签, 还价, 评论.")
        )
        if ctx.actor.holds(Role.SYSTEM_ADMIN):
            screen.say(_("Approval route (/routes): whom each step asks today, and every hole."))
        screen.say(_("Delegation (/delegate): “12月1日到5日由王芳代批”."))
        screen.say(_("My requests (/mine): what you filed and where it stands."))
        screen.say(_("Reminders (/reminders): what is due to you, and what you want to hear of."))
        if may_see_report(ctx.actor):
            screen.say(_("Weekly report (/report): the week as a picture."))
        screen.say(_("In a form: Back, Skip, Cancel work as buttons or typed; drafts are kept."))
        screen.say(_("Several answers at once: one line each, like “Contact: Chen”."))
        screen.say(_("Menu (/menu), Language (/language), Cancel (/cancel)."))
        self._drafts(ctx, screen)
        ctx.say(screen.buttons(Button(_("Menu"), "menu")).view())

    def show_languages(self, ctx: Context) -> None:
        screen = ViewBuilder().say(ctx.language("Which language shall I speak?"))
        screen.buttons(*(Button(name, f"lang:{code}") for code, name in LANGUAGES))
        ctx.show(screen.view())

    def on_language(self, ctx: Context, code: str = "") -> None:
        if code not in dict(LANGUAGES):
            self.show_languages(ctx)
            return
        ctx.work.people.set_language(ctx.account, code)
        ctx.language = ctx.languages(code)
        screen = ViewBuilder().say(ctx.language("I speak English now."))
        ctx.show(screen.buttons(Button(ctx.language("Menu"), "menu")).view())

    def show_fallback(self, ctx: Context) -> None:
        """Nothing understood: say so, and offer what most likely was meant."""
        _ = ctx.language
        screen = ViewBuilder().say(_("I did not understand that. You can choose:"))
        self._drafts(ctx, screen)
        self._processes(ctx, screen)
        screen.buttons(Button(_("My tasks"), "td:0"), Button(_("My requests"), "my:0"))
        ctx.say(screen.buttons(Button(_("Menu"), "menu"), Button(_("Help"), "help")).view())

    def on_cancel(self, ctx: Context) -> None:
        """Nothing is under way, or the form takes the word itself."""
        if ctx.conversation.current is not None and self._forms.on_text(ctx, ctx.language("Cancel")):
            return
        screen = ViewBuilder().say(ctx.language("Nothing is under way."))
        self._drafts(ctx, screen)
        ctx.say(screen.buttons(Button(ctx.language("Menu"), "menu")).view())

    def _processes(self, ctx: Context, screen: ViewBuilder) -> None:
        """What this person may begin or look up."""
        _, row = ctx.language, []
        if may_file(ctx.actor):
            row.append(Button(_("New customer"), "new"))
        if may_propose(ctx.actor):
            row.append(Button(_("Change discount"), "dis"))
        if may_see_customers(ctx.actor):
            row.append(Button(_("Customers"), "cu:0"))
        screen.buttons(*row)
        desk = Button(_("Personnel files"), "files")
        screen.buttons(Button(_("Borrow a file"), "bl"), *([desk] if keeps_files(ctx.actor) else []))

    def _drafts(self, ctx: Context, screen: ViewBuilder) -> None:
        for form, draft, answers in self._forms.parked(ctx):
            if draft.touched:
                screen.buttons(resume_button(ctx.language, form, draft, answers))
