// The list of people one can be.

import { byId, element } from "/page/dom.js";

const people = new Map();
const unread = new Map();
let chosen = null;
let choose = () => {};

export function wirePeople(onChoose) {
  choose = onChoose;
}

export const firstPerson = () => people.keys().next().value;

export function setPeople(list) {
  // What counts as read is this page's business: the stream may lag behind the list.
  for (const person of list) {
    const seq = people.get(person.id)?.seq ?? person.seq;
    people.set(person.id, { ...person, seq });
  }
  draw();
}

export function markChosen(id) {
  chosen = id;
  unread.delete(id);
  draw();
}

export function noteMessage(message) {
  const person = people.get(message.chat_id);
  if (!person || message.seq <= person.seq) return;
  person.seq = message.seq;
  if (!message.deleted) person.last_text = message.text || `[${message.kind}]`;
  const isNew = message.from_bot && !message.edited && !message.deleted;
  if (isNew && message.chat_id !== chosen) unread.set(message.chat_id, (unread.get(message.chat_id) || 0) + 1);
  draw();
}

function draw() {
  byId("people").replaceChildren(...[...people.values()].map((person) => element("li", "", row(person))));
}

function row(person) {
  const made = element("button", `person ${person.id === chosen ? "active" : ""}`);
  made.type = "button";
  made.dataset.id = person.id;
  const marks = element("span", "marks");
  if (person.blocked) marks.append(element("span", "blocked-mark", "blocked"));
  if (unread.get(person.id)) marks.append(element("span", "unread", String(unread.get(person.id))));
  made.append(
    element("span", `avatar tone-${person.id % 5}`, [...person.first_name][0].toUpperCase()),
    element("span", "name", person.first_name), marks,
    element("span", "last", person.last_text || (person.started ? "" : "has not started the bot")),
  );
  made.addEventListener("click", () => choose(person.id));
  return made;
}
