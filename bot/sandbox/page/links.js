/** Decide what a link may do: open in a new tab, or act as a deep link that starts the bot in this chat. */

const openable = new Set(["http:", "https:", "mailto:", "tel:"]);

function parsed(url) {
  try {
    return new URL(url, location.origin);
  } catch {
    return null;
  }
}

/** The text to send for t.me/<bot>?start=PAYLOAD, tg://resolve?…&start=PAYLOAD or /start?payload=PAYLOAD; else null. */
export function startText(url) {
  const target = parsed(url);
  if (!target) return null;
  const telegram = target.protocol === "tg:" || /^(www\.)?(t|telegram)\.me$/i.test(target.hostname);
  const here = target.origin === location.origin && target.pathname.replace(/\/$/, "") === "/start";
  if (!telegram && !here) return null;
  const payload = target.searchParams.get("start") ?? target.searchParams.get("payload");
  if (payload) return `/start ${payload}`;
  return here || target.searchParams.has("start") ? "/start" : null;
}

/** The address when it is safe to open, else null (javascript:, data:, tg: and the like). */
export function safeAddress(url) {
  const target = parsed(url);
  return target && openable.has(target.protocol) ? target.href : null;
}

/** Where links and commands stand in a text that came without entities for them. */
export function findLinks(text) {
  const found = [];
  /* no lookbehind: Safari before 16.4 refuses the whole module for one */
  const pattern = /https?:\/\/[^\s<>"“”()()。,;!]+|(^|[^\w/.:<])(\/[a-z][a-z0-9_]{0,31})(?![\w/])/g;
  for (const match of text.matchAll(pattern)) {
    const command = match[2];
    const offset = command ? match.index + match[1].length : match.index;
    found.push({ type: command ? "bot_command" : "url", offset, length: (command ?? match[0]).length });
  }
  return found;
}
