/** One chat's log: draws what changed and nothing else, and stays at the newest message while the reader is there. */

import { bubble, daySeparator, markTapping, unsentBubble } from "./bubbles.js";
import { tapKey } from "./chats.js";
import { calmly, h, icon, seal } from "./dom.js";
import { dayKey, word } from "./words.js";

const nearBottom = 56;
const sameBreath = 5 * 60_000;

export class Thread {
  constructor(chats, id, act) {
    this.chats = chats;
    this.id = id;
    this.act = act;
    this.nodes = new Map();
    this.atBottom = true;
    this.lastTop = 0;
    this.below = 0;
    this.sent = h("div", { class: "sent" });
    this.waiting = h("div", { class: "waiting" });
    this.inner = h("div", { class: "inner" }, this.sent, this.waiting);
    this.log = h(
      "div",
      { class: "log", role: "log", "aria-live": "polite", "aria-label": word("log"), tabindex: "0" },
      this.inner,
    );
    this.log.addEventListener("scroll", () => this.scrolled());
    this.pill = h(
      "button",
      { type: "button", class: "pill", hidden: true, on: { click: () => this.toBottom(!calmly()) } },
      icon("down"),
      (this.pillText = h("span", {})),
    );
    this.element = h("div", { class: "thread" }, this.log, this.pill);
    this.sizes = new ResizeObserver(() => (this.atBottom ? this.toBottom() : this.scrolled()));
    this.sizes.observe(this.inner);
    this.sizes.observe(this.log);
    this.draw();
  }

  get chat() {
    return this.chats.chat(this.id);
  }

  close() {
    this.sizes.disconnect();
  }

  draw() {
    const messages = this.chat.sorted();
    this.nodes.clear();
    this.newest = null;
    this.log.setAttribute("aria-busy", String(this.chat.state === "loading"));
    const drawn = [];
    for (const message of messages) drawn.push(...this.following(message));
    this.sent.replaceChildren(...drawn);
    this.drawUnsent();
    this.drawEmpty();
    if (this.atBottom) this.toBottom();
  }

  /* The nodes to append for a message that is newer than all drawn so far. */
  following(message) {
    const date = new Date(message.date);
    const before = this.newest;
    const newDay = !before || dayKey(before.date) !== dayKey(date);
    const node = bubble(message, { tapping: this.chat.tapping, act: this.act });
    if (before && !newDay && before.from === message.from && date - before.date < sameBreath) {
      node.classList.add("grouped");
    }
    this.nodes.set(message.message_id, node);
    this.newest = { id: message.message_id, from: message.from, date };
    return newDay && dayKey(date) ? [daySeparator(date), node] : [node];
  }

  receive(message, known) {
    const old = this.nodes.get(message.message_id);
    if (old) {
      const node = bubble(message, { tapping: this.chat.tapping, act: this.act });
      if (old.classList.contains("grouped")) node.classList.add("grouped");
      if (known) node.classList.add("changed");
      const focused = focusedButton(old);
      old.replaceWith(node);
      this.nodes.set(message.message_id, node);
      if (focused !== null) restoreFocus(node, focused, this.log);
      return;
    }
    if (this.newest && message.message_id < this.newest.id) {
      this.draw();
      return;
    }
    const nodes = this.following(message);
    nodes.at(-1).classList.add("arrived");
    this.sent.append(...nodes);
    this.drawEmpty();
    if (message.from === "bot" && !this.atBottom) {
      this.below += 1;
      this.showPill();
    }
  }

  drawUnsent() {
    this.waiting.replaceChildren(...this.chat.outbox.map((item) => unsentBubble(item, this.act)));
    this.drawEmpty();
  }

  drawTaps(messageId) {
    const node = this.nodes.get(messageId);
    for (const button of node?.querySelectorAll("button.inline") ?? []) {
      if (!button.classList.contains("outside")) {
        markTapping(button, this.chat.tapping.has(tapKey(messageId, button.dataset.tap)));
      }
    }
  }

  drawEmpty() {
    const { state, messages, outbox } = this.chat;
    this.empty?.remove();
    this.empty = null;
    if (messages.size || outbox.length) return;
    if (state === "failed") {
      this.empty = h(
        "div",
        { class: "empty" },
        h("p", {}, word("loadFailed")),
        h("button", { type: "button", class: "quiet", on: { click: () => this.chats.load(this.id) } }, word("again")),
      );
    } else if (state !== "loaded") {
      this.empty = h("div", { class: "empty loading", "aria-label": word("loading") }, h("span", { class: "spinner" }));
    } else {
      this.empty = h(
        "div",
        { class: "empty" },
        seal(),
        h("h2", {}, word("product")),
        h("p", {}, word("startNote")),
        h("button", { type: "button", class: "start", on: { click: () => this.act.say("/start") } }, word("start")),
        h("p", { class: "hint" }, word("startHint")),
      );
    }
    this.inner.append(this.empty);
  }

  scrolled() {
    const { scrollTop } = this.log;
    const rest = this.log.scrollHeight - scrollTop - this.log.clientHeight;
    /* only a reader who scrolls up leaves the newest message; growth below (a picture loads) does not count */
    if (rest < nearBottom) this.atBottom = true;
    else if (scrollTop < this.lastTop - 1) this.atBottom = false;
    this.lastTop = scrollTop;
    this.log.classList.toggle("following", this.atBottom);
    if (this.atBottom) this.below = 0;
    this.far = rest > 400;
    this.showPill();
  }

  showPill() {
    this.pill.hidden = this.atBottom || (!this.below && !this.far);
    this.pill.classList.toggle("news", this.below > 0);
    this.pillText.textContent = this.below ? word("newMessages") : "";
    if (this.below) this.pill.removeAttribute("aria-label");
    else this.pill.setAttribute("aria-label", word("toNewest"));
  }

  toBottom(smooth = false) {
    this.atBottom = true;
    this.below = 0;
    this.showPill();
    /* gliding past hundreds of messages helps nobody: only the last two screens are glided */
    const near = this.log.scrollHeight - 2 * this.log.clientHeight;
    if (smooth && this.log.scrollTop < near) this.log.scrollTop = near;
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.lastTop = this.log.scrollTop; /* where a question lost its buttons, nobody scrolled up */
  }

  jump(messageId) {
    const node = this.nodes.get(messageId);
    if (!node) return;
    this.atBottom = false;
    node.scrollIntoView({ block: "center", behavior: calmly() ? "instant" : "smooth" });
    node.classList.remove("changed");
    requestAnimationFrame(() => node.classList.add("changed"));
  }
}

/* An edit replaces the bubble; whoever works by keyboard keeps the place among its buttons. */
function focusedButton(node) {
  if (!node.contains(document.activeElement)) return null;
  return [...node.querySelectorAll("button.inline")].indexOf(document.activeElement);
}

function restoreFocus(node, place, log) {
  const buttons = node.querySelectorAll("button.inline");
  (buttons[Math.min(place, buttons.length - 1)] ?? log).focus({ preventScroll: true });
}
