/** Everything the page knows: people, their chats, what is unread and what still waits to be sent. */

import { fetchMessages, fetchPeople, postFiles, postTap, postText, ServerError, Stream } from "./server.js";
import { preference, remember } from "./preferences.js";
import { word } from "./words.js";

const hurdles = { fileBytes: 20 * 1024 * 1024, photoBytes: 10 * 1024 * 1024 };

const firstGuest = 9_000_000_000;

function guest(id) {
  return { id: Number(id), name: `访客${id}`, title: "", staff_no: null };
}

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
    for (const message of this.messages.values()) {
      if (!newest || message.message_id > newest.message_id) newest = message;
    }
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
      onDeleted: (message) => this.forget(message),
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
    for (const id of preference("guests", [])) if (!this.people.has(id)) this.people.set(id, guest(id));
    this.tell("people");
    const ids = [...this.people.keys()];
    if (this.connected !== null && before && ids.join() !== before) this.stream.open(ids);
  }

  /** Make an account the company does not know; the server meets it when it first writes. */
  addGuest() {
    const id = String(firstGuest + Math.floor(Math.random() * 1_000_000));
    remember("guests", [...preference("guests", []), id].slice(-5));
    this.people.set(id, guest(id));
    this.stream.open([...this.people.keys()]);
    return id;
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

  forget({ chat_id: chatId, message_id: messageId }) {
    const chat = this.chat(chatId);
    chat.touched?.add(messageId);
    chat.messages.delete(messageId);
    this.tell("reload", { id: chat.id });
  }

  receive({ chat_id: chatId, ...message }) {
    const chat = this.chat(chatId);
    const known = chat.messages.has(message.message_id);
    chat.touched?.add(message.message_id);
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
    for (const chat of this.chats.values()) {
      if (!this.shown.has(chat.id) && this.people.has(chat.id)) sum += chat.unread;
    }
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
        const answer = item.files.length
          ? await postFiles(chat.id, item.files, item)
          : await postText(chat.id, item.text, item.replyTo);
        this.admit(chat, answer?.messages ?? [answer]);
        chat.outbox = chat.outbox.filter((each) => each !== item);
      } catch (error) {
        item.state = "failed";
        item.problem = error instanceof ServerError ? error.message : "";
      }
      this.keepOutbox();
      this.tell("outbox", { id: chat.id });
    });
  }

  /* The stream may be slow or down: what the server took is shown from its answer. */
  admit(chat, messages) {
    for (const message of messages) {
      if (message?.message_id && !chat.messages.has(message.message_id)) this.receive({ ...message, chat_id: chat.id });
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
      toast = word(reasonOf(error));
    }
    chat.tapping.delete(key);
    this.tell("taps", { id: chat.id, messageId });
    if (toast) this.tell("toast", { id: chat.id, text: toast });
  }
}

function reasonOf(error) {
  if (!(error instanceof ServerError)) return error.name === "AbortError" ? "tapLate" : "tapFailed";
  if (error.status === 504) return "tapLate";
  return error.status < 500 ? "tapGone" : "tapFailed";
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
