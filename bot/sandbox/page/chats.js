/** Everything the page knows: people, their chats, what is unread and what still waits to be sent. */

import { fetchMessages, fetchPeople, postFiles, postTap, postText, ServerError, Stream } from "./server.js";
import { preference, remember } from "./preferences.js";
import { word } from "./words.js";

const hurdles = { fileBytes: 20 * 1024 * 1024, photoBytes: 10 * 1024 * 1024 };

class Chat {
  constructor(id) {
    this.id = id;
    this.messages = new Map();
    this.state = "new";
    this.unread = 0;
    this.outbox = [];
    this.tapping = new Set();
    this.draft = { text: "", files: [], asFile: false, replyTo: null };
    this.queue = Promise.resolve();
  }

  sorted() {
    return [...this.messages.values()].sort((a, b) => a.message_id - b.message_id);
  }

  last() {
    let newest = null;
    for (const message of this.messages.values()) if (!newest || message.message_id > newest.message_id) newest = message;
    return newest;
  }
}

/** Emits `people`, `connection`, `unread`, and with a chat id `message`, `reload`, `outbox`, `taps`, `toast`. */
export class Chats extends EventTarget {
  constructor() {
    super();
    this.people = new Map();
    this.chats = new Map();
    this.shown = new Set();
    this.connected = null;
    this.stream = new Stream({
      onMessage: (message) => this.receive(message),
      onState: (connected) => this.connection(connected),
    });
    for (const [id, count] of Object.entries(preference("unread", {}))) this.chat(id).unread = count;
    for (const { id, ...kept } of preference("outbox", [])) {
      this.chat(id).outbox.push({ ...kept, files: [], state: "failed", key: nextKey(), date: new Date(kept.date) });
    }
  }

  chat(id) {
    const key = String(id);
    if (!this.chats.has(key)) this.chats.set(key, new Chat(key));
    return this.chats.get(key);
  }

  person(id) {
    return this.people.get(String(id));
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  /** Fetch the people, trying until the server is there, then listen. */
  async begin() {
    for (let tries = 0; ; tries += 1) {
      try {
        await this.refreshPeople();
        break;
      } catch {
        this.connection(false);
        await new Promise((resolve) => setTimeout(resolve, Math.min(4000, 400 * 2 ** tries)));
      }
    }
    this.stream.open([...this.people.keys()]);
  }

  async refreshPeople() {
    const people = await fetchPeople();
    const before = [...this.people.keys()].join();
    this.people = new Map(people.map((person) => [String(person.id), person]));
    this.tell("people");
    const ids = [...this.people.keys()];
    if (this.connected !== null && before && ids.join() !== before) this.stream.open(ids);
  }

  connection(connected) {
    const restored = connected && this.connected !== true;
    this.connected = connected;
    this.tell("connection");
    if (!restored) return;
    this.refreshPeople().catch(() => {});
    for (const chat of this.chats.values()) {
      if (this.shown.has(chat.id)) this.load(chat.id);
      else if (chat.state === "loaded") chat.state = "stale";
    }
  }

  /** Say which chats are on a screen; they are read, and loaded when they were not. */
  show(ids) {
    this.shown = new Set(ids);
    for (const id of ids) {
      const chat = this.chat(id);
      if (chat.unread) this.setUnread(chat, 0);
      if (chat.state === "new" || chat.state === "stale") this.load(id);
    }
  }

  /* The answer may be older than an event that arrived meanwhile: what the stream touched stays as it is. */
  async load(id) {
    const chat = this.chat(id);
    const touched = new Set();
    chat.touched = touched;
    if (chat.state !== "loaded") chat.state = "loading";
    try {
      const messages = await fetchMessages(id);
      if (chat.touched !== touched) return;
      const fresh = new Map();
      for (const message of messages) fresh.set(message.message_id, message);
      for (const key of touched) {
        const live = chat.messages.get(key);
        if (live) fresh.set(key, live);
        else fresh.delete(key);
      }
      chat.messages = fresh;
      chat.state = "loaded";
    } catch {
      if (chat.touched !== touched) return;
      if (chat.state !== "loaded") chat.state = "failed";
    }
    this.tell("reload", { id: chat.id });
  }

  receive({ chat_id: chatId, deleted, ...message }) {
    const chat = this.chat(chatId);
    const known = chat.messages.has(message.message_id);
    chat.touched?.add(message.message_id);
    if (deleted) {
      chat.messages.delete(message.message_id);
      this.tell("reload", { id: chat.id });
      return;
    }
    chat.messages.set(message.message_id, message);
    if (message.from === "user" && !known) this.settle(chat, message);
    if (message.from === "bot" && !known && !message.edited && !this.shown.has(chat.id)) {
      this.setUnread(chat, chat.unread + 1);
    }
    if (!this.people.has(chat.id)) this.refreshPeople().catch(() => {});
    this.tell("message", { id: chat.id, message, known });
  }

  /* Our own message came back over the stream, perhaps before the answer to the POST: show it once. */
  settle(chat, message) {
    const place = chat.outbox.findIndex(
      (item) => item.state === "sending" && item.text === (message.text ?? "") && !item.files.length === !message.file,
    );
    if (place < 0) return;
    chat.outbox.splice(place, 1);
    this.keepOutbox();
    this.tell("outbox", { id: chat.id });
  }

  setUnread(chat, count) {
    chat.unread = count;
    const counts = {};
    for (const each of this.chats.values()) if (each.unread) counts[each.id] = each.unread;
    remember("unread", counts);
    this.tell("unread");
  }

  unreadElsewhere() {
    let sum = 0;
    for (const chat of this.chats.values()) if (!this.shown.has(chat.id) && this.people.has(chat.id)) sum += chat.unread;
    return sum;
  }

  /** Send a text, or files with the text as their caption; a message that fails waits for its retry. */
  send(id, { text = "", files = [], asFile = false, replyTo = null }) {
    const photos = files.filter((file) => !asFile && isPhoto(file));
    const documents = files.filter((file) => asFile || !isPhoto(file));
    const parcels = [photos, documents].filter((parcel) => parcel.length);
    if (!parcels.length) parcels.push([]);
    for (const [place, parcel] of parcels.entries()) {
      const item = { text: place === 0 ? text : "", files: parcel, photo: parcel === photos, replyTo };
      this.post(this.chat(id), { ...item, key: nextKey(), date: new Date() });
    }
  }

  retry(id, key) {
    const chat = this.chat(id);
    const item = chat.outbox.find((each) => each.key === key);
    if (!item || item.state === "sending") return;
    chat.outbox = chat.outbox.filter((each) => each !== item);
    this.post(chat, item);
  }

  discard(id, key) {
    const chat = this.chat(id);
    chat.outbox = chat.outbox.filter((each) => each.key !== key);
    this.keepOutbox();
    this.tell("outbox", { id: chat.id });
  }

  /* One at a time for each chat, so that a second message never overtakes the first. */
  post(chat, item) {
    item.state = "sending";
    item.problem = "";
    chat.outbox.push(item);
    this.keepOutbox();
    this.tell("outbox", { id: chat.id });
    chat.queue = chat.queue.then(async () => {
      try {
        if (item.files.length) await postFiles(chat.id, item.files, item);
        else await postText(chat.id, item.text, item.replyTo);
        if (chat.outbox.includes(item)) await this.fetchNewest(chat);
        chat.outbox = chat.outbox.filter((each) => each !== item);
      } catch (error) {
        item.state = "failed";
        item.problem = error instanceof ServerError ? error.message : "";
      }
      this.keepOutbox();
      this.tell("outbox", { id: chat.id });
    });
  }

  /* When the stream is slow or down, the message sent is fetched, so that it does not vanish from the page. */
  async fetchNewest(chat) {
    const after = chat.last()?.message_id ?? 0;
    try {
      for (const message of await fetchMessages(chat.id, after)) {
        if (!chat.messages.has(message.message_id)) this.receive({ ...message, chat_id: chat.id });
      }
    } catch {
      /* it was sent; the next connection shows it */
    }
  }

  keepOutbox() {
    const kept = [];
    for (const chat of this.chats.values()) {
      for (const { text, replyTo, date, files, state } of chat.outbox) {
        if (!files.length && state === "failed") kept.push({ id: chat.id, text, replyTo, date });
      }
    }
    remember("outbox", kept);
  }

  holdsUnsentFiles() {
    return [...this.chats.values()].some((chat) => chat.outbox.some((item) => item.files.length));
  }

  async tap(id, messageId, data) {
    const chat = this.chat(id);
    const key = tapKey(messageId, data);
    if (chat.tapping.has(key)) return;
    chat.tapping.add(key);
    this.tell("taps", { id: chat.id, messageId });
    let toast = null;
    try {
      toast = await postTap(chat.id, messageId, data);
    } catch (error) {
      const late = error instanceof ServerError ? error.status === 504 : error.name === "AbortError";
      toast = word(late ? "tapLate" : "tapFailed");
    }
    chat.tapping.delete(key);
    this.tell("taps", { id: chat.id, messageId });
    if (toast) this.tell("toast", { id: chat.id, text: toast });
  }
}

let keys = 0;

function nextKey() {
  keys += 1;
  return `unsent-${keys}`;
}

export function tapKey(messageId, data) {
  return `${messageId} ${data}`;
}

export function isTooLarge(file) {
  return file.size > hurdles.fileBytes;
}

/** Telegram takes photos up to 10 MB and rescales them; anything else travels as a file. */
export function isPhoto(file) {
  return /^image\/(png|jpeg|webp|gif)$/.test(file.type) && file.size <= hurdles.photoBytes;
}

/** Whether a file on the server is shown as a picture, judged by its name. */
export function isPicture(file) {
  return /\.(png|jpe?g|webp|gif)$/i.test(file?.name ?? "");
}
