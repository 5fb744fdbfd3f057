/** Speak with the sandbox server: requests, and the one stream that carries every chat's messages. */

export class ServerError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const patience = { read: 15_000, send: 120_000, tap: 40_000 };

async function request(path, { wait = patience.read, signal, ...options } = {}) {
  const breaker = new AbortController();
  const timer = setTimeout(() => breaker.abort(), wait);
  signal?.addEventListener("abort", () => breaker.abort());
  try {
    const response = await fetch(path, { cache: "no-store", ...options, signal: breaker.signal });
    const text = await response.text();
    if (!response.ok) throw new ServerError(response.status, parsed(text)?.error ?? response.statusText);
    return parsed(text);
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function json(value) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

const chatPath = (id) => `/sandbox/chats/${encodeURIComponent(id)}`;

export async function fetchPeople() {
  return (await request("/sandbox/people")) ?? [];
}

export async function fetchMessages(id, after = 0) {
  return (await request(`${chatPath(id)}/messages?after=${after}`)) ?? [];
}

export function postText(id, text, replyTo) {
  const body = replyTo ? { text, reply_to: replyTo } : { text };
  return request(`${chatPath(id)}/messages`, { ...json(body), wait: patience.send });
}

export function postFiles(id, files, { text, photo, replyTo }) {
  const form = new FormData();
  if (text) form.append("text", text);
  if (photo) form.append("as", "photo");
  if (replyTo) form.append("reply_to", String(replyTo));
  for (const file of files) form.append("file", file, file.name);
  return request(`${chatPath(id)}/messages`, { method: "POST", body: form, wait: patience.send });
}

/* A browser keeps six connections to a host and a tap holds one until the bot answers. With the bot down a few
   taps would therefore block everything else: only the three youngest keep waiting. */
const waitingTaps = [];

/** Tap a button; resolves with the toast's text or null once the bot has acknowledged. */
export async function postTap(id, messageId, data) {
  const breaker = new AbortController();
  waitingTaps.push(breaker);
  if (waitingTaps.length > 3) waitingTaps.shift().abort();
  try {
    const answer = await request(`${chatPath(id)}/taps`, {
      ...json({ message_id: messageId, data }),
      wait: patience.tap,
      signal: breaker.signal,
    });
    return answer?.toast || null;
  } finally {
    const place = waitingTaps.indexOf(breaker);
    if (place >= 0) waitingTaps.splice(place, 1);
  }
}

/** The live stream; reconnects by itself, waiting longer each time, at most eight seconds. */
export class Stream {
  constructor({ onMessage, onDeleted, onState }) {
    this.onMessage = onMessage;
    this.onDeleted = onDeleted;
    this.onState = onState;
    this.ids = null;
    this.tries = 0;
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    /* pagehide: Firefox reports an error on every navigation unless the stream is closed first */
    addEventListener("pagehide", () => this.source?.close());
    addEventListener("pageshow", (event) => event.persisted && this.open(this.ids));
  }

  /** Listen to these chats; null listens to all of them. */
  open(ids) {
    this.ids = ids;
    clearTimeout(this.timer);
    this.source?.close();
    const query = ids?.length && ids.length <= 200 ? `?chats=${ids.map(encodeURIComponent).join(",")}` : "";
    const source = new EventSource(`/sandbox/events${query}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.tries = 0;
      this.waiting = false;
      this.onState(true);
    });
    source.addEventListener("message", (event) => {
      const message = parsed(event.data);
      if (message) this.onMessage(message);
    });
    source.addEventListener("deleted", (event) => {
      const message = parsed(event.data);
      if (message) this.onDeleted(message);
    });
    source.addEventListener("error", () => {
      if (this.source !== source) return;
      source.close();
      this.onState(false);
      const wait = Math.min(8000, 400 * 2 ** this.tries++) * (0.75 + Math.random() / 2);
      this.waiting = true;
      this.timer = setTimeout(() => this.open(this.ids), wait);
    });
  }

  hurry() {
    if (this.waiting) this.open(this.ids);
  }
}
