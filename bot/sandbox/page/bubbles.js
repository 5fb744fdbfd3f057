/** Draw one message: bubble, picture or file, time, and the inline buttons below it. */

import { isPicture, tapKey } from "./chats.js";
import { button, h, icon, span } from "./dom.js";
import { formatted } from "./formatted.js";
import { dayKey, dayName, timeOf, word } from "./words.js";

/**
 * `act` is what a bubble can ask of its phone: say(text), tap(message, data), open(url), reply(message),
 * enlarge(file), retry(key), discard(key), find(messageId), jump(messageId).
 */
export function bubble(message, { tapping, act }) {
  const date = new Date(message.date);
  const text = message.text ?? "";
  const picture = message.file && isPicture(message.file);
  const rows = (message.buttons ?? []).filter((row) => row.length);
  const body = h(
    "div",
    { class: `bubble ${picture ? "with-photo" : ""} ${picture && !text ? "bare" : ""}` },
    message.reply_to ? quote(message.reply_to, act) : null,
    message.file ? (picture ? photo(message.file, act) : fileCard(message.file)) : null,
    text ? h("span", { class: "text" }, formatted(text, message.entities, act)) : null,
    stamp(date, message.edited),
  );
  const element = h(
    "article",
    {
      class: `message ${rows.length ? "has-buttons" : ""} ${isBroad(rows) ? "broad" : ""}`,
      data: { messageId: message.message_id, from: message.from },
    },
    h("div", { class: "stack" }, body, rows.length ? keyboard(message, rows, tapping, act) : null),
  );
  if (message.from === "bot") {
    const label = { tabindex: "-1", "aria-label": word("reply"), title: word("reply") };
    element.append(button("reply-button", () => act.reply(message), label, icon("reply")));
  }
  return element;
}

function isBroad(rows) {
  return rows.some((row) => row.length > 2 || row.some(({ text }) => text.length * row.length > 12));
}

function stamp(date, edited) {
  const time = timeOf(date);
  return h(
    "span",
    { class: "stamp" },
    edited ? h("span", { class: "edited" }, word("edited")) : null,
    time ? h("time", { datetime: date.toISOString() }, time) : null,
  );
}

function quote(messageId, act) {
  const original = act.find(messageId);
  const name = word(original?.from === "user" ? "you" : "product");
  const lines = [span("quote-name", name), span("quote-text", excerpt(original))];
  return button("quote", () => act.jump(messageId), {}, lines);
}

export function excerpt(message) {
  if (!message) return "…";
  if (message.text) return message.text.split("\n").find((line) => line.trim()) ?? "";
  return message.file ? `[${isPicture(message.file) ? word("photo") : word("file")}] ${message.file.name}` : "";
}

function photo(file, act) {
  const image = h("img", { src: file.url, alt: file.name, loading: "lazy", decoding: "async" });
  const label = `${word("enlarge")} ${file.name}`;
  const frame = button("photo", () => act.enlarge(file), { "aria-label": label }, image);
  image.addEventListener("error", () => frame.replaceWith(fileCard(file)));
  return frame;
}

function fileCard(file) {
  const kind = /\.([a-z0-9]{1,4})$/i.exec(file.name)?.[1].toUpperCase() ?? "";
  return h(
    "a",
    { class: "file", href: file.url, download: file.name, "aria-label": word("download", { name: file.name }) },
    h("span", { class: "file-kind", "aria-hidden": "true" }, kind || icon("file")),
    h("span", { class: "file-name" }, file.name),
    icon("download"),
  );
}

function keyboard(message, rows, tapping, act) {
  return h(
    "div",
    { class: "keyboard" },
    rows.map((row) => h("div", { class: "row" }, row.map((each) => inlineButton(message, each, tapping, act)))),
  );
}

function inlineButton(message, { text, data, url }, tapping, act) {
  const element = h("button", { type: "button", class: "inline", data: { tap: data ?? "" } }, text);
  if (url) {
    element.classList.add("outside");
    element.append(icon("outside"));
    element.addEventListener("click", () => act.open(url));
    return element;
  }
  markTapping(element, tapping.has(tapKey(message.message_id, data)));
  element.addEventListener("click", () => element.getAttribute("aria-disabled") || act.tap(message, data));
  return element;
}

/** Show or end the spinner. aria-disabled instead of disabled, which would throw the keyboard's focus away. */
export function markTapping(element, busy) {
  if (busy) {
    element.setAttribute("aria-busy", "true");
    element.setAttribute("aria-disabled", "true");
  } else {
    element.removeAttribute("aria-busy");
    element.removeAttribute("aria-disabled");
  }
}

/** A message on its way, or one that did not get there and waits for its retry. */
export function unsentBubble(item, act) {
  const failed = item.state === "failed";
  const mark = { class: "stamp", role: "img", "aria-label": word(failed ? "unsentMark" : "sending") };
  return h(
    "article",
    { class: `message unsent ${item.state}`, data: { from: "user", unsent: item.state } },
    h(
      "div",
      { class: "stack" },
      h(
        "div",
        { class: "bubble" },
        item.files.map((file) => span("file", span("file-kind", icon("file")), span("file-name", file.name))),
        item.text ? span("text", item.text) : null,
        h("span", mark, icon(failed ? "warn" : "clock")),
      ),
      failed
        ? h(
            "div",
            { class: "failure", title: item.problem || null },
            h("span", {}, word("unsent")),
            button("retry", () => act.retry(item.key), {}, word("retry")),
            button("discard", () => act.discard(item.key), {}, word("discard")),
          )
        : null,
    ),
  );
}

export function daySeparator(date) {
  return h("div", { class: "day", data: { day: dayKey(date) } }, h("span", {}, dayName(date)));
}
