// Puts the page together: load everything once, then follow the stream of events.

import { alertDialog, attempt, byId, toast } from "/page/dom.js";
import { get, listen } from "/page/api.js";
import { applyMessage, openId, showChat, showPerson, showTyping, wireChat } from "/page/chat.js";
import { stopWaiting } from "/page/bubble.js";
import { firstPerson, markChosen, noteMessage, setPeople, wirePeople } from "/page/people.js";
import { addEntry, forgetEntries, showClock, showFaults, wirePanel } from "/page/panel.js";

async function choose(id) {
  const chat = await get(`chats/${id}`);
  showChat(chat);
  markChosen(id);
}

async function loadPeople() {
  setPeople((await get("users")).users);
}

async function refreshPerson(id) {
  await loadPeople();
  if (id === undefined || id === openId()) showPerson(await get(`chats/${openId()}?after=${2 ** 52}`));
}

async function loadAll() {
  const bot = await get("bot");
  byId("bot-name").textContent = bot.first_name;
  byId("bot-avatar").textContent = [...bot.first_name][0];
  byId("bar").title = `@${bot.username}`;
  document.title = `${bot.first_name} · sandbox chat`;
  await loadPeople();
  forgetEntries();
  for (const entry of (await get("journal?last=300")).entries) addEntry(entry);
  showClock(await get("clock"));
  showFaults(await get("faults"));
  await choose(openId() ?? firstPerson());
  return bot.seq;
}

function onMessage(message) {
  noteMessage(message);
  if (message.chat_id !== openId()) return;
  applyMessage(message);
  attempt(() => refreshPerson(message.chat_id));
}

function onCallback(press) {
  if (!press.answered) return;
  stopWaiting(press.callback_id);
  if (press.chat_id !== openId() || !press.text) return;
  if (press.show_alert) alertDialog(press.text);
  else toast(press.text);
}

const handlers = {
  message: onMessage,
  edit: onMessage,
  delete: onMessage,
  callback: onCallback,
  action: ({ chat_id: id, action }) => id === openId() && showTyping(action),
  people: ({ chat_id: id }) => attempt(() => refreshPerson(id)),
  commands: () => attempt(() => refreshPerson()),
  journal: addEntry,
  clock: showClock,
  faults: showFaults,
  reset: () => attempt(loadAll),
};

function showState(connected) {
  byId("link-state").textContent = connected ? "connected" : "the sandbox does not answer, trying again…";
}

wirePeople((id) => attempt(() => choose(id)));
wireChat();
wirePanel();
const seq = await attempt(loadAll);
listen(seq ?? 0, handlers, showState);
