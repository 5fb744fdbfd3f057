/** The page: up to three phones side by side, one at phone width, and who holds them. */

import { Chats } from "./chats.js";
import { button, h, icon, iconButton, seal, span } from "./dom.js";
import { Phone } from "./phone.js";
import { preference, remember } from "./preferences.js";
import { introInEnglish, language, switchLanguage, word } from "./words.js";

const most = 3;

/* Who a newcomer meets first: the one who asks, the one who checks, the one who decides. */
const firstMeetings = [
  { staffNo: "YH0004", name: "冼家俊", title: /业务员|销售代表/ },
  { staffNo: "YH0015", name: "伍洁莹", title: /内勤/ },
  { staffNo: "YH0013", name: "招秀芬", title: /市场管理部经理/ },
];

class Page {
  constructor(root) {
    this.root = root;
    this.chats = new Chats();
    this.phones = [];
    this.held = [];
    this.active = 0;
    this.narrow = matchMedia("(max-width: 719px)");
    this.narrow.addEventListener("change", () => this.draw());
    addEventListener("hashchange", () => this.readHash() && this.draw());
    addEventListener("keydown", (event) => this.keydown(event));
    addEventListener("beforeunload", (event) => this.chats.holdsUnsentFiles() && event.preventDefault());
    /* a file dropped beside a phone must not replace the page */
    for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());
    visualViewport?.addEventListener("resize", () => this.fit());
    this.theme = new Theme();
    this.listen();
    this.draw();
    this.chats.begin();
  }

  listen() {
    const { chats } = this;
    const at = (type, act) =>
      chats.addEventListener(type, ({ detail }) => {
        for (const phone of this.phones) if (phone.id === detail.id) act(phone, detail);
      });
    at("message", (phone, { message, known }) => phone.thread.receive(message, known));
    at("reload", (phone) => phone.thread.draw());
    at("outbox", (phone) => phone.thread.drawUnsent());
    at("taps", (phone, { messageId }) => phone.thread.drawTaps(messageId));
    at("toast", (phone, { text }) => phone.say(text));
    chats.addEventListener("unread", () => this.drawUnread());
    chats.addEventListener("connection", () => this.drawConnection());
    chats.addEventListener("people", () => this.meet());
  }

  /** Decide who holds the phones once the people are known; redraw names when they changed. */
  meet() {
    if (!this.held.length) this.readHash() || this.readMemory();
    this.held = this.held.filter((id) => this.chats.people.has(id));
    if (!this.held.length) this.held = this.firstPeople();
    this.active = Math.min(this.active, Math.max(0, this.held.length - 1));
    if (this.phones.map((phone) => phone.id).join() !== this.visible().join()) this.draw();
    else for (const phone of this.phones) phone.drawOwner();
    this.drawUnread();
  }

  firstPeople() {
    const people = [...this.chats.people.values()];
    const chosen = new Set();
    for (const { staffNo, name, title } of firstMeetings) {
      const free = people.filter((person) => !chosen.has(String(person.id)));
      const found =
        free.find((person) => person.staff_no === staffNo && person.name === name) ??
        free.find((person) => person.staff_no && title.test(person.title ?? "")) ??
        free[0];
      if (found) chosen.add(String(found.id));
    }
    return [...chosen];
  }

  readHash() {
    const ids = new URLSearchParams(location.hash.slice(1)).get("people")?.split(",").filter(Boolean) ?? [];
    const known = [...new Set(ids)].filter((id) => this.chats.people.has(id)).slice(0, most);
    if (!known.length) return false;
    const kept = preference("people", []);
    if (this.narrow.matches && known.length === 1 && kept.includes(known[0])) {
      this.held = kept.filter((id) => this.chats.people.has(id));
      this.active = Math.max(0, this.held.indexOf(known[0]));
    } else {
      this.held = known;
      this.active = 0;
    }
    return true;
  }

  readMemory() {
    this.held = [...new Set(preference("people", []))].filter((id) => this.chats.people.has(id)).slice(0, most);
  }

  keep() {
    if (!this.held.length) return;
    remember("people", this.held);
    const hash = `#people=${this.visible().join(",")}`;
    if (location.hash !== hash) history.replaceState(null, "", hash);
  }

  visible() {
    return this.narrow.matches ? this.held.slice(this.active, this.active + 1) : this.held;
  }

  draw() {
    for (const phone of this.phones) phone.close();
    this.phones = this.visible().map((id) => new Phone(this.chats, id, this));
    this.stage = h("main", { class: "stage" }, this.phones.map((phone) => phone.element));
    if (!this.phones.length) this.stage.append(this.waiting());
    this.root.replaceChildren(...(this.narrow.matches ? [] : [this.bar(), this.intro()]), this.stage);
    document.title = word("product");
    this.root.className = this.narrow.matches ? "narrow" : `wide phones-${this.phones.length}`;
    this.chats.show(this.visible());
    this.activate(this.phones[this.narrow.matches ? 0 : this.active]);
    for (const phone of this.phones) phone.thread.toBottom();
    this.keep();
    this.drawUnread();
    this.fit();
  }

  waiting() {
    const state = word(this.chats.connected === false ? "offline" : "loading");
    return h("div", { class: "slot" }, h("div", { class: "phone hollow" }, span("spinner"), h("p", {}, state)));
  }

  bar() {
    this.adder = button("add", () => this.add(), {}, icon("plus"), word("addPhone"));
    this.adder.disabled = !this.held.length || this.held.length >= most || this.held.length >= this.chats.people.size;
    return h(
      "header",
      { class: "bar" },
      seal(),
      h("span", { class: "brand" }, word("product")),
      h("span", { class: "tagline" }, word("tagline")),
      h(
        "div",
        { class: "tools" },
        this.adder,
        iconButton("help", word("help"), () => this.showIntro(true)),
        this.tools(),
      ),
    );
  }

  tools() {
    const label = { "aria-label": word("language"), title: word("language") };
    return [
      button("icon-button language", () => this.switchLanguage(), label, word("languageMark")),
      iconButton("theme", word("theme"), () => this.theme.toggle()),
    ];
  }

  switchLanguage() {
    switchLanguage();
    this.draw();
    if (this.narrow.matches) this.phones[0]?.openPeople();
    this.root.querySelector(".language")?.focus();
  }

  intro() {
    this.introduction = h(
      "aside",
      { class: "intro", hidden: preference("introduced", false), "aria-label": word("introTitle") },
      h(
        "div",
        { class: "intro-text" },
        h("p", {}, word("intro")),
        language() === "zh" ? h("p", { lang: "en", class: "second" }, introInEnglish) : null,
      ),
      iconButton("close", word("close"), () => this.showIntro(false)),
    );
    return this.introduction;
  }

  showIntro(shown) {
    this.introduction.hidden = !shown;
    remember("introduced", !shown);
  }

  drawUnread() {
    for (const phone of this.phones) phone.drawUnread();
    const count = this.chats.unreadElsewhere();
    document.title = count ? `(${count}) ${word("product")}` : word("product");
  }

  drawConnection() {
    for (const phone of this.phones) phone.drawConnection();
    if (!this.phones.length) this.stage.replaceChildren(this.waiting());
  }

  activate(phone) {
    if (!phone) return;
    if (!this.narrow.matches) this.active = Math.max(0, this.phones.indexOf(phone));
    for (const each of this.phones) each.element.classList.toggle("active", each === phone);
  }

  /** Hand a phone to another person; whoever holds another phone already swaps with this one. */
  choose(phone, id) {
    const place = this.held.indexOf(phone.id);
    const other = this.held.indexOf(id);
    if (place === other || place < 0) return;
    if (this.narrow.matches && other >= 0) this.active = other;
    else {
      if (other >= 0) this.held[other] = phone.id;
      this.held[place] = id;
      this.active = place;
    }
    this.draw();
    if (matchMedia("(pointer: fine)").matches) this.phones.find((each) => each.id === id)?.focus();
  }

  add() {
    const id = [...this.firstPeople(), ...this.chats.people.keys()].find((each) => !this.held.includes(each));
    if (!id || this.held.length >= most) return;
    this.held.push(id);
    this.active = this.held.length - 1;
    this.draw();
    this.phones.at(-1).openPeople();
  }

  remove(phone) {
    if (this.held.length < 2) return;
    this.held = this.held.filter((id) => id !== phone.id);
    this.active = Math.min(this.active, this.held.length - 1);
    this.draw();
  }

  keydown(event) {
    if (event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
    const digit = event.altKey && !event.ctrlKey && !event.metaKey && /^Digit([1-3])$/.exec(event.code)?.[1];
    if (digit && this.held[digit - 1]) {
      event.preventDefault();
      if (this.narrow.matches) {
        this.active = digit - 1;
        this.draw();
      }
      this.phones[this.narrow.matches ? 0 : digit - 1].focus();
    } else if (event.key === "/" && !event.target.closest?.("input, textarea")) {
      event.preventDefault();
      (this.phones[this.narrow.matches ? 0 : this.active] ?? this.phones[0])?.focus();
    } else if (event.key === "Escape") {
      const phone = this.phones[this.narrow.matches ? 0 : this.active];
      if ([phone, ...this.phones].some((each) => each?.escape())) event.preventDefault();
    }
  }

  /* iOS lays its keyboard over the page instead of shrinking it. */
  fit() {
    const { style } = document.documentElement;
    const unscaled = this.narrow.matches && visualViewport?.scale === 1;
    const covered = unscaled && innerHeight - visualViewport.height > 80;
    if (covered) style.setProperty("--screen", `${visualViewport.height}px`);
    else style.removeProperty("--screen");
    if (covered) scrollTo(0, 0);
  }
}

/** Light, dark or as the system says; the dark sheet is switched on and off by its media attribute. */
class Theme {
  constructor() {
    this.sheet = document.getElementById("dark");
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.system.addEventListener("change", () => this.apply());
    this.choice = preference("theme", "system");
    this.apply();
  }

  get isDark() {
    return this.choice === "system" ? this.system.matches : this.choice === "dark";
  }

  toggle() {
    const next = this.isDark ? "light" : "dark";
    this.choice = (next === "dark") === this.system.matches ? "system" : next;
    remember("theme", this.choice);
    this.apply();
  }

  apply() {
    this.sheet.media = this.isDark ? "all" : "not all";
    document.querySelector('meta[name="theme-color"]').content = this.isDark ? "#17201d" : "#ffffff";
  }
}

document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
new Page(document.getElementById("app"));
