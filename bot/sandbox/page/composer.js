/** Where a person writes: text, attachments, a reply, and the menu of the bot's commands. */

import { excerpt } from "./bubbles.js";
import { isPhoto, isTooLarge } from "./chats.js";
import { button, h, icon, iconButton, span } from "./dom.js";
import { word } from "./words.js";

export class Composer {
  /** `onSend({text, files, asFile, replyTo})`, `onSay(command)`, `onProblem(text)`, `onReplyKey(step)`. */
  constructor(draft, handlers) {
    this.draft = draft;
    this.handlers = handlers;
    this.addresses = new Map();
    this.input = h("textarea", {
      rows: "1",
      "aria-label": "消息",
      placeholder: word("messageHint"),
      enterkeyhint: "send",
      autocomplete: "off",
      on: {
        input: () => this.typed(),
        keydown: (event) => this.keydown(event),
        paste: (event) => this.paste(event),
      },
    });
    this.input.value = draft.text;
    this.file = h("input", {
      type: "file",
      multiple: true,
      tabindex: "-1",
      "aria-label": word("attach"),
      class: "file-input",
      on: { change: () => (this.attach(this.file.files), (this.file.value = "")) },
    });
    this.attachButton = iconButton("attach", word("attach"), () => this.file.click(), { class: "attach" });
    this.sendButton = iconButton("send", word("send"), () => this.send(), { class: "send" });
    const folded = { "aria-haspopup": "true", "aria-expanded": "false" };
    this.menuButton = button("menu-button", () => this.toggleMenu(), folded, icon("menu"), word("menu"));
    this.menu = h("div", { class: "menu", hidden: true, role: "group", "aria-label": word("menu") }, this.commands());
    this.menu.addEventListener("keydown", (event) => this.menuKeys(event));
    this.context = h("div", { class: "context", hidden: true });
    this.tray = h("div", { class: "tray", hidden: true });
    this.element = h(
      "form",
      { class: "composer", on: { submit: (event) => (event.preventDefault(), this.send()) } },
      this.menu,
      this.context,
      this.tray,
      h(
        "div",
        { class: "line" },
        this.menuButton,
        h("div", { class: "field" }, this.input, this.attachButton, this.file),
        this.sendButton,
      ),
    );
    this.drawContext();
    this.drawTray();
    queueMicrotask(() => this.typed());
  }

  commands() {
    return word("commands").map(([command, label]) =>
      h(
        "button",
        { type: "button", class: "menu-item", on: { click: () => (this.closeMenu(), this.handlers.onSay(command)) } },
        h("span", {}, label),
        h("small", {}, command),
      ),
    );
  }

  typed() {
    this.draft.text = this.input.value;
    this.input.style.setProperty("height", "auto");
    this.input.style.setProperty("height", `${Math.min(this.input.scrollHeight, 148)}px`);
    this.input.classList.toggle("scrolls", this.input.scrollHeight > 148);
    this.ready();
  }

  ready() {
    this.element.classList.toggle("ready", Boolean(this.input.value.trim() || this.draft.files.length));
  }

  keydown(event) {
    /* keyCode 229: some input methods report the Enter that picks a candidate after composing has ended */
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.send();
    } else if ((event.ctrlKey || event.metaKey) && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      this.handlers.onReplyKey(event.key === "ArrowUp" ? -1 : 1);
    }
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.attach(files.map(named));
  }

  attach(files) {
    for (const file of files) {
      if (isTooLarge(file)) this.handlers.onProblem(word("tooLarge", { name: file.name }));
      else this.draft.files.push(file);
    }
    this.drawTray();
    this.input.focus();
  }

  drawTray() {
    const { files } = this.draft;
    for (const [file, address] of this.addresses) {
      if (!files.includes(file)) {
        URL.revokeObjectURL(address);
        this.addresses.delete(file);
      }
    }
    this.tray.hidden = !files.length;
    this.tray.replaceChildren(
      h("div", { class: "attachments" }, files.map((file) => this.attachment(file))),
      files.some(isPhoto) ? this.fileSwitch() : "",
    );
    this.ready();
  }

  attachment(file) {
    if (isPhoto(file) && !this.addresses.has(file)) this.addresses.set(file, URL.createObjectURL(file));
    return h(
      "div",
      { class: "attachment", title: file.name },
      isPhoto(file) ? h("img", { src: this.addresses.get(file), alt: "" }) : span("file-kind", icon("file")),
      h("span", { class: "attachment-name" }, file.name),
      iconButton("close", `${word("remove")} ${file.name}`, () => {
        this.draft.files = this.draft.files.filter((each) => each !== file);
        this.drawTray();
        this.input.focus();
      }),
    );
  }

  fileSwitch() {
    const box = h("input", { type: "checkbox", on: { change: () => (this.draft.asFile = box.checked) } });
    box.checked = this.draft.asFile;
    return h("label", { class: "as-file" }, box, word("asFile"));
  }

  replyTo(message) {
    this.draft.replyTo = message;
    this.drawContext();
    if (message) this.input.focus();
  }

  drawContext() {
    const message = this.draft.replyTo;
    this.context.hidden = !message;
    if (!message) return;
    this.context.replaceChildren(
      icon("reply"),
      h(
        "div",
        { class: "context-text" },
        h("strong", {}, word("replyTo", { name: message.from === "user" ? word("you") : word("product") })),
        h("span", {}, excerpt(message)),
      ),
      iconButton("close", word("replyOff"), () => (this.replyTo(null), this.input.focus())),
    );
  }

  send() {
    const { files, asFile, replyTo } = this.draft;
    const text = this.input.value.trim();
    if (!text && !files.length) {
      this.input.focus();
      return;
    }
    Object.assign(this.draft, { text: "", files: [], asFile: false, replyTo: null });
    this.input.value = "";
    this.typed();
    this.drawTray();
    this.drawContext();
    this.input.focus();
    this.handlers.onSend({ text, files, asFile, replyTo: replyTo?.message_id ?? null });
  }

  toggleMenu() {
    if (!this.menu.hidden) {
      this.closeMenu();
      return;
    }
    this.menu.hidden = false;
    this.menuButton.setAttribute("aria-expanded", "true");
    this.menu.querySelector("button").focus({ preventScroll: true });
  }

  closeMenu() {
    if (this.menu.hidden) return false;
    const inside = this.menu.contains(document.activeElement);
    this.menu.hidden = true;
    this.menuButton.setAttribute("aria-expanded", "false");
    if (inside) this.menuButton.focus({ preventScroll: true });
    return true;
  }

  menuKeys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...this.menu.querySelectorAll("button")];
    items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  }

  /** Close the topmost thing that Esc closes; false when there was none. */
  escape() {
    if (this.closeMenu()) return true;
    if (this.draft.replyTo) {
      this.replyTo(null);
      return true;
    }
    return false;
  }
}

/* A pasted screenshot is always called image.png; the hour tells several of them apart. */
function named(file) {
  if (file.name !== "image.png") return file;
  const hour = new Date().toTimeString().slice(0, 8).replaceAll(":", "");
  return new File([file], `image-${hour}.png`, { type: file.type });
}
