/** One phone: whose it is, the chat with the bot, the composer, and the sheets that lie over them. */

import { Composer } from "./composer.js";
import { avatar, badge, button, calmly, h, icon, iconButton, seal, span } from "./dom.js";
import { safeAddress, startText } from "./links.js";
import { enlarge } from "./lightbox.js";
import { PeopleSheet } from "./people.js";
import { Thread } from "./thread.js";
import { word } from "./words.js";

const toastLife = 3000;
const longPress = 480;

export class Phone {
  /** `shell` is the page around: choose(phone, id), remove(phone), activate(phone), tools(). */
  constructor(chats, id, shell) {
    this.chats = chats;
    this.id = id;
    this.shell = shell;
    this.toast = h("div", { class: "toast", role: "status", on: { click: () => this.say("") } });
    this.thread = new Thread(chats, id, this.actions());
    this.composer = new Composer(chats.chat(id).draft, {
      onSend: (parcel) => this.send(parcel),
      onSay: (text) => this.send({ text }),
      onProblem: (text) => this.say(text),
      onReplyKey: (step) => this.stepReply(step),
    });
    this.unread = badge(0, "");
    this.back = button("icon-button back", () => this.openPeople(), {}, icon("back"), this.unread);
    this.subtitle = h("span", { class: "subtitle" });
    this.owner = button("owner", () => this.openPeople());
    this.plate = h("div", { class: "plate" });
    this.screen = h(
      "div",
      { class: "phone" },
      h(
        "header",
        { class: "phone-head" },
        this.back,
        seal(),
        h("div", { class: "titles" }, h("h1", {}, word("product")), this.subtitle),
        this.owner,
      ),
      h("div", { class: "offline", role: "alert" }),
      this.thread.element,
      this.toast,
      this.composer.element,
      h("div", { class: "drop", "aria-hidden": "true" }, h("span", {}, icon("attach"), word("drop"))),
    );
    this.element = h("section", { class: "slot", data: { chat: id } }, this.plate, this.screen);
    for (const type of ["pointerdown", "focusin"]) this.element.addEventListener(type, () => shell.activate(this));
    this.listenForDrops();
    this.listenForPresses();
    this.screen.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".menu, .menu-button")) this.composer.closeMenu();
      if (!event.target.closest(".actions")) this.closeActions();
    });
    this.drawOwner();
    this.drawUnread();
    this.drawConnection();
  }

  close() {
    clearTimeout(this.toastTimer);
    this.thread.close();
    this.element.remove();
  }

  actions() {
    return {
      say: (text) => this.send({ text }),
      tap: (message, data) => this.chats.tap(this.id, message.message_id, data),
      open: (url) => this.open(url),
      reply: (message) => this.composer.replyTo(message),
      enlarge: (file) => enlarge(file),
      retry: (key) => this.chats.retry(this.id, key),
      discard: (key) => this.chats.discard(this.id, key),
      find: (messageId) => this.chats.chat(this.id).messages.get(messageId),
      jump: (messageId) => this.thread.jump(messageId),
    };
  }

  drawOwner() {
    const person = this.chats.person(this.id);
    const name = person?.name || this.id;
    const bound = [person?.title, person?.staff_no];
    const role = (person?.staff_no ? bound : [word("visitor"), word("visitorNote")]).filter(Boolean).join(" · ");
    this.element.setAttribute("aria-label", word("phoneOf", { name }));
    this.subtitle.replaceChildren(span("subtitle-person", `${name} · ${role}`), span("subtitle-bot", word("bot")));
    this.owner.replaceChildren(avatar(person));
    this.owner.setAttribute("aria-label", `${word("people")}: ${name}`);
    this.owner.setAttribute("title", word("people"));
    this.plate.replaceChildren(
      h(
        "button",
        { type: "button", class: "plate-person", title: word("people"), on: { click: () => this.openPeople() } },
        avatar(person),
        h("span", { class: "plate-text" }, h("strong", {}, name), h("span", {}, role)),
        icon("chevron"),
      ),
      iconButton("close", word("removePhone"), () => this.shell.remove(this), { class: "remove" }),
    );
  }

  drawUnread() {
    const count = this.chats.unreadElsewhere();
    this.unread.hidden = count === 0;
    this.unread.textContent = count > 99 ? "99+" : String(count);
    const label = word("peopleButton", { n: count });
    this.back.setAttribute("aria-label", label);
    this.back.setAttribute("title", label);
    this.sheet?.draw();
  }

  drawConnection() {
    const line = this.screen.querySelector(".offline");
    const off = this.chats.connected === false;
    line.classList.toggle("on", off);
    line.textContent = off ? word("offline") : "";
  }

  send(parcel) {
    this.thread.atBottom = true;
    this.chats.send(this.id, parcel);
    this.thread.toBottom();
  }

  open(url) {
    const start = startText(url);
    if (start) this.send({ text: start });
    else if (safeAddress(url)) window.open(safeAddress(url), "_blank", "noopener,noreferrer");
    else this.say(word("onlyTelegram"));
  }

  /** Show a toast for three seconds; two at almost the same time stand together, so that both are read. */
  say(text) {
    clearTimeout(this.toastTimer);
    const shown = this.toast.textContent;
    const together = text && shown && shown !== text && Date.now() - this.toastShown < toastLife / 2;
    this.toast.textContent = together ? `${shown}\n${text}` : text;
    this.toastShown = Date.now();
    if (text) this.toastTimer = setTimeout(() => this.say(""), toastLife);
  }

  stepReply(step) {
    const fromBot = this.chats.chat(this.id).sorted().filter((message) => message.from === "bot");
    const current = this.chats.chat(this.id).draft.replyTo;
    const place = current ? fromBot.findIndex((message) => message.message_id === current.message_id) : fromBot.length;
    const next = fromBot[Math.max(0, place + step)] ?? null;
    this.composer.replyTo(next);
    if (next) this.thread.jump(next.message_id);
  }

  openPeople() {
    if (this.sheet) return;
    this.returnTo = document.activeElement;
    this.composer.closeMenu();
    this.chats.refreshPeople().catch(() => {});
    this.sheet = new PeopleSheet(this.chats, this.id, {
      onChoose: (id) => {
        this.closePeople();
        this.shell.choose(this, id);
      },
      onClose: () => this.closePeople(),
      tools: this.shell.tools(),
    });
    this.screen.append(this.sheet.element);
    for (const part of this.screen.children) if (part !== this.sheet.element) part.inert = true;
    /* on touch screens a focused search field would push the keyboard over the list */
    if (matchMedia("(pointer: fine)").matches) this.sheet.search.focus({ preventScroll: true });
    else this.sheet.element.querySelector("button").focus({ preventScroll: true });
  }

  closePeople() {
    if (!this.sheet) return false;
    for (const part of this.screen.children) part.inert = false;
    this.sheet.element.remove();
    this.sheet = null;
    if (this.returnTo?.isConnected) this.returnTo.focus({ preventScroll: true });
    return true;
  }

  escape() {
    return this.closeActions() || this.closePeople() || this.composer.escape();
  }

  focus() {
    this.composer.input.focus({ preventScroll: true });
  }

  listenForDrops() {
    let depth = 0;
    const carries = (event) => event.dataTransfer?.types.includes("Files");
    const mark = (change) => {
      depth = Math.max(0, depth + change);
      this.screen.classList.toggle("dropping", depth > 0);
    };
    this.screen.addEventListener("dragenter", (event) => carries(event) && (event.preventDefault(), mark(1)));
    this.screen.addEventListener("dragleave", (event) => carries(event) && mark(-1));
    this.screen.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
    this.screen.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      mark(-depth);
      this.composer.attach(event.dataTransfer.files);
    });
  }

  /* Touch has no hover: a long press on a bubble offers what the hover arrow offers, and copying. */
  listenForPresses() {
    let timer = 0;
    const stop = () => clearTimeout(timer);
    const { log } = this.thread;
    log.addEventListener("pointerdown", (event) => {
      stop();
      const bubble = event.target.closest(".bubble");
      if (event.pointerType !== "touch" || !bubble || event.target.closest("a, .quote")) return;
      const { clientY } = event;
      timer = setTimeout(() => this.openActions(bubble, clientY), longPress);
    });
    for (const type of ["pointerup", "pointercancel", "pointermove"]) log.addEventListener(type, stop);
    log.addEventListener("scroll", () => (stop(), this.closeActions()));
    log.addEventListener("contextmenu", (event) => {
      if (event.pointerType === "touch" && event.target.closest(".bubble")) event.preventDefault();
    });
  }

  openActions(bubble, y) {
    const element = bubble.closest("[data-message-id]");
    const message = element && this.chats.chat(this.id).messages.get(Number(element.dataset.messageId));
    if (!message) return;
    this.closeActions();
    if (!calmly()) navigator.vibrate?.(10);
    const copy = () => navigator.clipboard?.writeText(message.text).then(() => this.say(word("copied")));
    const choice = (key, listener) => button("", () => (this.closeActions(), listener()), {}, icon(key), word(key));
    this.sheetlet = h(
      "div",
      { class: "actions", role: "group" },
      message.from === "bot" ? choice("reply", () => this.composer.replyTo(message)) : null,
      message.text ? choice("copy", copy) : null,
    );
    const frame = this.screen.getBoundingClientRect();
    this.sheetlet.style.setProperty("top", `${Math.max(70, y - frame.top - 64)}px`);
    this.screen.append(this.sheetlet);
  }

  closeActions() {
    if (!this.sheetlet) return false;
    this.sheetlet.remove();
    this.sheetlet = null;
    return true;
  }
}
