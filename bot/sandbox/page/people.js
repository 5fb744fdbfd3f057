/** The sheet in which a phone changes hands: the company's people, searchable, with what is unread. */

import { excerpt } from "./bubbles.js";
import { avatar, badge, h, icon, iconButton } from "./dom.js";
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
    const matching = [...this.chats.people.values()].filter((person) =>
      [person.name, person.title, person.staff_no].some((field) => field?.toLowerCase().includes(query)),
    );
    const focused = document.activeElement?.closest?.(".person")?.dataset.person;
    const order = (person) => (this.chats.chat(person.id).unread ? 0 : person.staff_no ? 1 : 2);
    const people = (query ? this.chats.people.size && matching : [...this.chats.people.values()]) || [];
    people.sort((a, b) => order(a) - order(b));
    this.list.replaceChildren(
      ...(people.length
        ? people.map((person) => this.row(person))
        : [h("p", { class: "nobody" }, query ? word("nobody", { query: this.search.value.trim() }) : word("noPeople"))]),
    );
    if (!query) this.list.append(this.newcomer());
    if (focused && this.list.isConnected) this.list.querySelector(`[data-person="${CSS.escape(focused)}"]`)?.focus();
  }

  /* Somebody the company does not know yet: how joining looks from their side. */
  newcomer() {
    return h(
      "button",
      { type: "button", class: "person newcomer", on: { click: () => this.handlers.onChoose(this.chats.addGuest()) } },
      h("span", { class: "avatar tone-visitor" }, icon("plus")),
      h("span", { class: "person-text" }, h("span", { class: "person-name" }, word("newVisitor")), h("span", { class: "person-line second" }, word("newVisitorNote"))),
    );
  }

  row(person) {
    const id = String(person.id);
    const chat = this.chats.chat(id);
    const last = chat.last();
    const unread = word("unread", { n: chat.unread });
    const role = person.staff_no ? person.title : word("visitor");
    const number = person.staff_no ?? word("visitorNote");
    return h(
      "button",
      {
        type: "button",
        class: `person ${id === this.currentId ? "current" : ""}`,
        data: { person: id },
        "aria-current": id === this.currentId ? "true" : null,
        on: { click: () => this.handlers.onChoose(id) },
      },
      avatar(person),
      h(
        "span",
        { class: "person-text" },
        h(
          "span",
          { class: "person-line" },
          h("span", { class: "person-name" }, person.name || id),
          h("span", { class: `staff-no ${person.staff_no ? "" : "visitor"}` }, number),
        ),
        h("span", { class: "person-line second" }, h("span", { class: "person-title" }, role || ""), last ? h("span", { class: "preview" }, excerpt(last)) : null),
      ),
      h(
        "span",
        { class: "person-side" },
        id !== this.currentId && this.chats.shown.has(id) ? h("span", { class: "open-mark" }, word("shown")) : h("span", { class: "when" }, last ? when(last) : ""),
        id === this.currentId ? icon("check") : badge(chat.unread, unread),
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
