// The open chat: its messages, what is typed, and the menu.

import { attempt, button, byId, element } from "/page/dom.js";
import { post, upload } from "/page/api.js";
import { messageElement } from "/page/bubble.js";

const TYPING_MS = 5000;
let open = null;
let typing = 0;
let following = true; // the reader is at the end, and stays there when something comes

const dayOf = (message) =>
  new Date(message.date * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "long" });

export const openId = () => open?.user.id ?? null;

export function showChat(chat) {
  open = { ...chat, messages: new Map(chat.messages.map((message) => [message.message_id, message])) };
  const list = byId("messages");
  list.replaceChildren();
  for (const message of open.messages.values()) if (!message.deleted) append(message);
  if (!list.children.length) list.append(element("div", "empty", "No messages here yet"));
  following = true;
  list.scrollTop = list.scrollHeight;
  showPerson(chat);
}

export function showPerson(chat) {
  open.user = chat.user;
  open.commands = chat.commands;
  open.reply_keyboard = chat.reply_keyboard;
  const { first_name: name, language_code: language, started, blocked } = chat.user;
  byId("me").textContent = `you are ${name} (${language})`;
  byId("start").hidden = started;
  byId("unblock").hidden = !blocked;
  byId("composer").hidden = !started || blocked;
  byId("block").textContent = blocked ? "Unblock the bot" : "Block the bot";
  byId("block").classList.toggle("on", blocked);
  byId("block").disabled = !started;
  byId("menu").hidden = !chat.commands.length;
  byId("command-menu").hidden = true;
  showReplyKeyboard(blocked ? [] : chat.reply_keyboard);
}

function showReplyKeyboard(rows) {
  const place = byId("reply-keyboard");
  place.hidden = !rows.length;
  place.replaceChildren(...rows.map((row) =>
    element("div", "keyboard-row", ...row.map((key) => button("key", key.text, () => say(key.text))))));
}

function append(message) {
  const list = byId("messages");
  list.querySelector(".empty")?.remove();
  const days = list.querySelectorAll(".day");
  const day = dayOf(message);
  if (days[days.length - 1]?.textContent !== day) list.append(element("div", "day", day));
  list.append(messageElement(message, say));
}

export function applyMessage(message) {
  const known = open.messages.get(message.message_id);
  if (known && known.seq >= message.seq) return;
  open.messages.set(message.message_id, message);
  const list = byId("messages");
  const shown = byId(`message-${message.message_id}`);
  if (message.deleted) leave(shown);
  else if (shown) shown.replaceWith(messageElement(message, say));
  else append(message);
  if (message.from_bot) stopTyping();
  if (following || !message.from_bot) list.scrollTop = list.scrollHeight;
}

function leave(shown) {
  if (!shown) return;
  shown.removeAttribute("id");
  shown.classList.add("leaving");
  setTimeout(() => shown.remove(), 300);
}

export function showTyping(action) {
  byId("bot-status").textContent = action === "typing" ? "typing…" : `${action.replace("_", "ing ")}…`;
  byId("bot-status").classList.add("typing");
  clearTimeout(typing);
  typing = setTimeout(stopTyping, TYPING_MS);
}

function stopTyping() {
  clearTimeout(typing);
  byId("bot-status").textContent = "bot";
  byId("bot-status").classList.remove("typing");
}

export function say(text) {
  if (!open || !text.trim()) return null;
  byId("command-menu").hidden = true;
  return attempt(() => post(`chats/${open.user.id}/say`, { text }));
}

async function sendTyped() {
  const box = byId("text");
  if (await say(box.value)) box.value = "";
  box.style.height = "auto";
}

const kindOf = (file) =>
  ["image/png", "image/jpeg", "image/gif"].includes(file.type) ? "photo"
    : file.type.startsWith("video/") ? "video" : "document";

// Several at once are an album; what is typed becomes the first one's caption.
async function sendFiles(files) {
  const group = files.length > 1 ? String(Date.now()) : "";
  const box = byId("text");
  for (const file of files) {
    const form = { kind: kindOf(file), file, caption: box.value, media_group_id: group };
    if (!await attempt(() => upload(`chats/${open.user.id}/send`, form))) return;
    box.value = "";
  }
}

function toggleMenu() {
  const menu = byId("command-menu");
  menu.replaceChildren(...open.commands.map(({ command, description }) => {
    const line = button("", `/${command}`, () => say(`/${command}`));
    line.append(element("span", "", description));
    return element("li", "", line);
  }));
  menu.hidden = !menu.hidden;
}

export function wireChat() {
  const box = byId("text");
  const list = byId("messages");
  list.addEventListener("scroll", () => {
    following = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
  });
  list.addEventListener("grown", () => following && list.scrollTo(0, list.scrollHeight));
  const chosen = byId("files");
  byId("attach").addEventListener("click", () => chosen.click());
  chosen.addEventListener("change", async () => {
    await sendFiles([...chosen.files]);
    chosen.value = "";
  });
  byId("send").addEventListener("click", sendTyped);
  byId("menu").addEventListener("click", toggleMenu);
  byId("start").addEventListener("click", () => say("/start"));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    sendTyped();
  });
  box.addEventListener("input", () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  });
}
