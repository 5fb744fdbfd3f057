/** Turn a text and its entities into nodes. Offsets are UTF-16 units, which is how JavaScript counts as well. */

import { h } from "./dom.js";
import { findLinks, safeAddress, startText } from "./links.js";

const tags = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre" };
const linking = new Set(["url", "text_link", "bot_command", "email", "phone_number"]);

/** `act.say(text)` sends a command or a deep link's start in this chat. */
export function formatted(text, entities, act) {
  let marks = (entities ?? []).filter(
    (mark) => mark.length > 0 && mark.offset >= 0 && mark.offset + mark.length <= text.length,
  );
  const overlaps = (a, b) => a.offset < b.offset + b.length && b.offset < a.offset + a.length;
  const links = marks.filter((mark) => linking.has(mark.type));
  marks = marks.concat(findLinks(text).filter((found) => !links.some((link) => overlaps(link, found))));

  const edges = new Set([0, text.length]);
  for (const mark of marks) edges.add(mark.offset).add(mark.offset + mark.length);
  const cuts = [...edges].sort((a, b) => a - b);

  const nodes = [];
  for (let place = 0; place + 1 < cuts.length; place += 1) {
    const [from, to] = [cuts[place], cuts[place + 1]];
    const inside = marks.filter((mark) => mark.offset <= from && mark.offset + mark.length >= to);
    let node = document.createTextNode(text.slice(from, to));
    for (const mark of inside.sort((a, b) => a.length - b.length)) node = wrapped(node, mark, text, act);
    nodes.push(node);
  }
  return nodes;
}

function wrapped(node, mark, text, act) {
  const own = text.slice(mark.offset, mark.offset + mark.length);
  if (tags[mark.type]) return h(tags[mark.type], {}, node);
  if (mark.type === "blockquote" || mark.type === "expandable_blockquote") return h("q", { class: "quoted" }, node);
  if (mark.type === "spoiler") {
    const veil = h("span", { class: "spoiler" }, node);
    veil.addEventListener("click", () => veil.classList.add("open"));
    return veil;
  }
  if (mark.type === "bot_command") return saying(node, own, act);
  if (mark.type === "email") return link(node, `mailto:${own}`, act);
  if (mark.type === "phone_number") return link(node, `tel:${own.replace(/[^\d+]/g, "")}`, act);
  if (mark.type === "url" || mark.type === "text_link") {
    const address = mark.url ?? own;
    return link(node, /^[a-z][a-z0-9+.-]*:|^\//i.test(address) ? address : `https://${address}`, act);
  }
  return node;
}

/* A link that says something in this chat instead of leading away. */
function saying(node, text, act) {
  const element = h("a", { href: "#", class: "command" }, node);
  element.addEventListener("click", (event) => {
    event.preventDefault();
    act.say(text);
  });
  return element;
}

function link(node, url, act) {
  const start = startText(url);
  if (start) return saying(node, start, act);
  const address = safeAddress(url);
  if (!address) return node;
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, node);
}
