/**
 * The page's own wording, Chinese first. What the bot says comes from the bot and is never translated here.
 * The composer's labels 消息 and 发送 are hooks of the browser tests: no other label may contain these words.
 */

import { preference, remember } from "./preferences.js";

const zh = {
  product: "门下",
  tagline: "沙盒演示",
  bot: "审批机器人",
  phoneOf: "{name}的手机",
  offline: "连接中…",
  loading: "正在载入…",
  loadFailed: "消息没有载入",
  again: "再试一次",
  start: "开始",
  startNote: "点“开始”,和机器人打个招呼",
  startHint: "提交之后,点左上角的返回箭头换到经理的手机,就能看到审批卡片",
  introTitle: "一分钟上手",
  intro: "在左边手机上点“新客户”填写提交,右边的手机会收到审批卡片",
  close: "关闭",
  help: "上手提示",
  addPhone: "添加手机",
  removePhone: "移除这部手机",
  people: "谁的手机",
  peopleButton: "换人,{n} 条未读",
  search: "搜索姓名、职务或工号",
  nobody: "没有找到“{query}”",
  noPeople: "公司里还没有人",
  visitor: "访客",
  visitorNote: "未绑定",
  newVisitor: "新访客",
  newVisitorNote: "用一个公司还不认识的账号",
  shown: "已打开",
  unread: "{n} 条未读",
  theme: "深色或浅色",
  language: "Switch to English",
  languageMark: "EN",
  message: "消息",
  messageHint: "发消息",
  send: "发送",
  attach: "附件",
  asFile: "不压缩,当作文件",
  remove: "移除",
  menu: "菜单",
  drop: "松开鼠标,添加为附件",
  reply: "回复",
  replyTo: "回复 {name}",
  replyOff: "取消回复",
  copy: "复制",
  copied: "已复制",
  edited: "已编辑",
  newMessages: "新消息",
  toNewest: "回到最新",
  sending: "还在路上",
  unsent: "未发送",
  unsentMark: "没有发出",
  retry: "重发",
  discard: "删除",
  tapLate: "机器人还没有回应,请稍后再点一次",
  tapFailed: "没有连上,请再点一次",
  tapGone: "这个按钮已经失效",
  onlyTelegram: "这个链接只能在 Telegram 里打开",
  tooLarge: "“{name}”超过 20 MB,机器人收不到",
  photo: "图片",
  file: "文件",
  download: "下载 {name}",
  enlarge: "查看大图",
  today: "今天",
  yesterday: "昨天",
  you: "你",
  log: "聊天记录",
  commands: [
    ["/menu", "菜单"],
    ["/new_customer", "新客户"],
    ["/todo", "我的待办"],
    ["/mine", "我的申请"],
    ["/help", "帮助"],
    ["/cancel", "取消"],
    ["/language", "语言"],
  ],
};

const en = {
  product: "Menxia",
  tagline: "Sandbox",
  bot: "Approval bot",
  phoneOf: "Phone of {name}",
  offline: "Connecting…",
  loading: "Loading…",
  loadFailed: "The messages did not load",
  again: "Try again",
  start: "Start",
  startNote: "Press Start to say hello to the bot",
  startHint: "After you submit, use the back arrow at the top left to pick up the manager’s phone and see the card",
  introTitle: "In one minute",
  intro: "On the left phone press 新客户 (new customer), fill it in and submit; the card appears on the right",
  close: "Close",
  help: "How to begin",
  addPhone: "Add a phone",
  removePhone: "Remove this phone",
  people: "Whose phone",
  peopleButton: "Switch person, {n} unread",
  search: "Name, title or staff number",
  nobody: "Nobody matches “{query}”",
  noPeople: "Nobody is in the company yet",
  visitor: "Visitor",
  visitorNote: "not bound",
  newVisitor: "New visitor",
  newVisitorNote: "An account the company does not know yet",
  shown: "open",
  unread: "{n} unread",
  theme: "Dark or light",
  language: "切换到中文",
  languageMark: "中",
  message: "消息",
  messageHint: "Message",
  send: "发送",
  attach: "Attach",
  asFile: "Send uncompressed, as a file",
  remove: "Remove",
  menu: "Menu",
  drop: "Drop to attach",
  reply: "Reply",
  replyTo: "Reply to {name}",
  replyOff: "Cancel the reply",
  copy: "Copy",
  copied: "Copied",
  edited: "edited",
  newMessages: "New messages",
  toNewest: "To the newest message",
  sending: "Sending",
  unsent: "Not sent",
  unsentMark: "Not sent",
  retry: "Retry",
  discard: "Delete",
  tapLate: "The bot has not answered yet; press again in a moment",
  tapFailed: "No connection; press again",
  tapGone: "This button no longer works",
  onlyTelegram: "This link opens in Telegram only",
  tooLarge: "“{name}” is over 20 MB; the bot cannot receive it",
  photo: "Photo",
  file: "File",
  download: "Download {name}",
  enlarge: "Enlarge",
  today: "Today",
  yesterday: "Yesterday",
  you: "You",
  log: "Messages",
  commands: [
    ["/menu", "Menu"],
    ["/new_customer", "New customer"],
    ["/todo", "Waiting for me"],
    ["/mine", "My requests"],
    ["/help", "Help"],
    ["/cancel", "Cancel"],
    ["/language", "Language"],
  ],
};

const languages = { zh, en };
let current = languages[preference("language")] ? preference("language") : "zh";

/** The English line stands under the Chinese one in the introduction, whatever the language. */
export const introInEnglish = en.intro;

export function language() {
  return current;
}

export function switchLanguage() {
  current = current === "zh" ? "en" : "zh";
  remember("language", current);
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
}

export function word(key, values) {
  const text = languages[current][key] ?? zh[key] ?? key;
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/* The company works in one time zone; the cards name hours of that zone, so do the stamps. */
const zone = "Asia/Shanghai";
const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const day = { year: "numeric", month: "2-digit", day: "2-digit" };
const calendar = new Intl.DateTimeFormat("en-CA", { timeZone: zone, ...day });

export function timeOf(date) {
  return valid(date) ? clock.format(date) : "";
}

/** A key that is equal for two moments of the same Shanghai day. */
export function dayKey(date) {
  return valid(date) ? calendar.format(date) : "";
}

export function dayName(date) {
  const key = dayKey(date);
  const now = new Date();
  if (key === dayKey(now)) return word("today");
  if (key === dayKey(new Date(now.getTime() - 86_400_000))) return word("yesterday");
  const sameYear = key.slice(0, 4) === dayKey(now).slice(0, 4);
  return new Intl.DateTimeFormat(current === "zh" ? "zh-CN" : "en-GB", {
    timeZone: zone,
    month: "long",
    day: "numeric",
    weekday: "long",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(date);
}

function valid(date) {
  return date instanceof Date && !Number.isNaN(date.getTime());
}
