/** Build DOM nodes. Text is only ever set as text, so nothing a person or the bot writes can become markup. */

const shapes = {
  back: "M15 5l-7 7 7 7",
  down: "M12 5v14M6 13l6 6 6-6",
  chevron: "M7 10l5 5 5-5",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
  attach: "M20 11.5l-7.8 7.8a5 5 0 0 1-7.1-7.1l8.2-8.2a3.4 3.4 0 0 1 4.8 4.8l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.4-7.4",
  menu: "M4 7h16M4 12h16M4 17h10",
  reply: "M9.5 6L4 11.5 9.5 17M4.5 11.5H14a6 6 0 0 1 6 6V19",
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  theme: "M20 14.5A8.3 8.3 0 0 1 9.5 4 8.3 8.3 0 1 0 20 14.5z",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.6 9.5a2.5 2.5 0 1 1 3.7 2.2c-.9.5-1.3 1-1.3 2M12 16.8v.2",
  download: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  outside: "M9 7h8v8M17 7L7 17",
  warn: "M12 7.5v5.5M12 16.4v.1M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
};

/** Build an element; `on` holds listeners, `data` the dataset, everything else is an attribute. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) element.addEventListener(type, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Build a button that never submits a form. */
export function button(classes, listener, attributes = {}, ...children) {
  return h("button", { type: "button", class: classes, on: { click: listener }, ...attributes }, ...children);
}

export function span(classes, ...children) {
  return h("span", { class: classes }, ...children);
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, listener, attributes = {}) {
  const classes = `icon-button ${attributes.class ?? ""}`;
  return button(classes, listener, { "aria-label": label, title: label, ...attributes, class: classes }, icon(name));
}

/** The bot's seal. */
export function seal() {
  return h("span", { class: "seal", "aria-hidden": "true" }, "门");
}

/** A person's round mark: the last two characters of a Chinese name, the initials of another. */
export function avatar(person) {
  const name = person?.name?.trim() || "?";
  const chinese = /[\u3400-\u9fff]/.test(name);
  const mark = chinese
    ? [...name].slice(-2).join("")
    : name.split(/\s+/).slice(0, 2).map((part) => [...part][0]).join("").toUpperCase();
  let tone = 0;
  for (const character of name + (person?.id ?? "")) tone = (tone * 31 + character.codePointAt(0)) % 8;
  return h("span", { class: `avatar tone-${person?.staff_no ? tone : "visitor"}`, "aria-hidden": "true" }, mark);
}

export function badge(count, label) {
  return h("span", { class: "badge", hidden: count === 0, "aria-label": label }, count > 99 ? "99+" : String(count));
}

export function calmly() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
