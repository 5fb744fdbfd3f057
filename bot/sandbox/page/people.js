/** The sheet in which a phone changes hands: the company's people, searchable, with what is unread. */

import { excerpt } from "./bubbles.js";
import { avatar, badge, button, h, icon, iconButton, span } from "./dom.js";
import { dayKey, dayName, timeOf, word } from "./words.js";

export class PeopleSheet {
  /** `onChoose(id)`, `onClose()`; `tools` are further buttons for the head, shown at phone width. */
  constructor(chats, currentId, { onChoose, onClose, tools }) {
    this.chats = chats;
    this.currentId = currentId;
    this.handlers = { onChoose, onClose };
    this.search = h("input", {
      type: "search",
      placeholder: word("search"),
      "aria-label": word("search"),
      autocomplete: "off",
      on: { input: () => this.draw(), keydown: (event) => this.keydown(event) },
    });
    this.list = h("div", { class: "people-list", on: { keydown: (event) => this.keydown(event) } });
    this.element = h(
      "div",
      { class: "sheet", role: "dialog", "aria-label": word("people") },
      h(
        "header",
        { class: "sheet-head" },
        iconButton("close", word("close"), onClose),
        h("h2", {}, word("people")),
        h("div", { class: "tools" }, tools),
      ),
      h("label", { class: "search" }, icon("search"), this.search),
      this.list,
    );
    this.draw();
  }

  draw() {
    const query = this.search.value.trim().toLowerCase();
    const people = [...this.chats.people.values()].filter(
      (person) => !query || [person.name, person.title, person.staff_no].some((field) => field?.toLowerCase().includes(query)),
    );
    const focused = document.activeElement?.closest?.(".person")?.dataset.person;
    /* as in any messenger: unread first, then what was lately spoken in, then everybody else */
    const order = (person) => {
      const chat = this.chats.chat(person.id);
      if (chat.unread) return 0;
      return chat.messages.size ? 1 : person.staff_no ? 2 : 3;
    };
    people.sort((a, b) => order(a) - order(b));
    const nobody = query ? word("nobody", { query: this.search.value.trim() }) : word("noPeople");
    this.list.replaceChildren(
      ...(people.length ? people.map((person) => this.row(person)) : [h("p", { class: "nobody" }, nobody)]),
    );
    if (!query) this.list.append(this.newcomer());
    if (focused && this.list.isConnected) this.list.querySelector(`[data-person="${CSS.escape(focused)}"]`)?.focus();
  }

  /* Somebody the company does not know yet: how joining looks from their side. */
  newcomer() {
    return button(
      "person newcomer",
      () => this.handlers.onChoose(this.chats.addGuest()),
      {},
      span("avatar tone-visitor", icon("plus")),
      span("person-text", span("person-name", word("newVisitor")), span("person-line second", word("newVisitorNote"))),
    );
  }

  row(person) {
    const id = String(person.id);
    const chat = this.chats.chat(id);
    const last = chat.last();
    const current = id === this.currentId;
    const elsewhere = !current && this.chats.shown.has(id);
    const role = person.staff_no ? person.title : word("visitor");
    const number = person.staff_no ?? word("visitorNote");
    return button(
      `person ${current ? "current" : ""}`,
      () => this.handlers.onChoose(id),
      { data: { person: id }, "aria-current": current ? "true" : null },
      avatar(person),
      span(
        "person-text",
        span("person-line", span("person-name", person.name || id), span(`staff-no ${person.staff_no ? "" : "visitor"}`, number)),
        span("person-line second", span("person-title", role || ""), last ? span("preview", excerpt(last)) : null),
      ),
      span(
        "person-side",
        elsewhere ? span("open-mark", word("shown")) : span("when", last ? when(last) : ""),
        current ? icon("check") : badge(chat.unread, word("unread", { n: chat.unread })),
      ),
    );
  }

  keydown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...this.list.querySelectorAll(".person")];
    const place = rows.indexOf(document.activeElement);
    if (step) {
      event.preventDefault();
      (rows[place + step] ?? (place + step < 0 ? this.search : rows.at(-1)))?.focus();
    } else if (event.key === "Enter" && event.target === this.search && rows.length && !event.isComposing) {
      event.preventDefault();
      rows[0].click();
    }
  }
}

function when(message) {
  const date = new Date(message.date);
  return dayKey(date) === dayKey(new Date()) ? timeOf(date) : dayName(date).split(/[星 ]/)[0];
}
