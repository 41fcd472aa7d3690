// One message: its bubble, its pictures and files, the keyboard under it.

import { attempt, copy, element } from "/page/dom.js";
import { post } from "/page/api.js";
import { render } from "/page/entities.js";

const ANSWER_SECONDS = 15;
const CORNERS = new Set(["url", "web_app", "copy_text"]);

export const clockTime = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

export function messageElement(message, say) {
  const hasKeyboard = message.keyboard.length > 0;
  const shown = element("div", `message ${message.from_bot ? "" : "mine"} ${hasKeyboard ? "wide-card" : ""}`);
  shown.id = `message-${message.message_id}`;
  shown.append(bubble(message, say));
  if (hasKeyboard) shown.append(keyboard(message));
  return shown;
}

function bubble(message, say) {
  const made = element("div", "bubble");
  if (message.forwarded) made.append(element("div", "forwarded", "Forwarded message"));
  if (message.reply_to) made.append(element("div", "quote", message.reply_to.text));
  if (message.photo) made.append(picture(message.photo));
  if (message.document || message.video) made.append(file(message.document || message.video));
  const body = element("div", "body");
  render(body, message.text, message.entities, say);
  const edited = message.edited ? "edited " : "";
  made.append(body, element("span", "meta", edited + clockTime(message.date)));
  return made;
}

function picture(photo) {
  const made = element("img", "picture");
  made.src = photo.url;
  made.alt = "Photo";
  if (photo.width) made.style.aspectRatio = `${photo.width} / ${photo.height}`;
  made.addEventListener("load", () => made.closest(".message")?.dispatchEvent(new Event("grown", { bubbles: true })));
  made.addEventListener("click", () => window.open(photo.url, "_blank", "noopener"));
  return made;
}

function file(given) {
  const made = element("a", "file");
  made.href = given.url;
  made.download = given.file_name;
  const size = element("small", "", `${Math.ceil(given.size / 1024)} KB`);
  made.append(element("span", "icon", "↓"), element("span", "", given.file_name, size));
  return made;
}

function keyboard(message) {
  const made = element("div", "keyboard");
  for (const row of message.keyboard) {
    made.append(element("div", "keyboard-row", ...row.map((key) => keyElement(message, key))));
  }
  return made;
}

function keyElement(message, key) {
  const opens = key.kind === "url" || key.kind === "web_app";
  const made = element(opens ? "a" : "button", `key ${key.style || ""}`, key.text);
  if (CORNERS.has(key.kind)) made.append(element("span", `corner ${key.kind}`));
  if (opens) {
    if (/^(https?|tg|ton):/i.test(key.url)) made.href = key.url;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
    made.title = key.url;
  } else {
    made.type = "button";
    made.disabled = key.kind === "disabled";
    made.addEventListener("click", () => act(message, key, made));
  }
  return made;
}

async function act(message, key, made) {
  if (key.kind === "copy_text") return copy(key.copy_text);
  if (key.kind !== "callback" || made.classList.contains("waiting")) return null;
  made.classList.add("waiting");
  const which = { message_id: message.message_id, data: key.data };
  const pressed = await attempt(() => post(`chats/${message.chat_id}/press`, which));
  if (!pressed) return made.classList.remove("waiting");
  made.dataset.callback = pressed.callback_id;
  if (answeredEarly.delete(pressed.callback_id)) made.classList.remove("waiting");
  return setTimeout(() => made.classList.remove("waiting"), ANSWER_SECONDS * 1000);
}

// A quick bot answers before the press itself has come back.
const answeredEarly = new Set();

export function stopWaiting(callbackId) {
  const made = document.querySelector(`.key[data-callback="${CSS.escape(callbackId)}"]`);
  if (made) made.classList.remove("waiting");
  else answeredEarly.add(callbackId);
}
