// The right side: journal, clock, faults, and what this person does beyond writing.

import { attempt, byId, element } from "/page/dom.js";
import { post, remove } from "/page/api.js";
import { openId } from "/page/chat.js";

const SHOWN_ENTRIES = 300;
const SECONDS = { hour: 3600, day: 86400 };
const FAULTS = {
  429: { code: 429, parameters: { retry_after: 2 } },
  403: { code: 403 },
  502: { code: 502 },
  late: { after_sleep: 30 },
};
let clock = { now: new Date().toISOString(), movable: false, offset: 0 };
let readAt = Date.now();
let lastEntry = 0;

const shiftedNow = () => new Date(Date.parse(clock.now) + (Date.now() - readAt));

export function showClock(given) {
  clock = given;
  readAt = Date.now();
  for (const key of byId("clock").children) key.disabled = !clock.movable;
  drawClock();
}

function drawClock() {
  const shown = byId("now");
  shown.textContent = shiftedNow().toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "medium" });
  shown.classList.toggle("moved", clock.offset !== 0);
}

function monthAhead() {
  const now = shiftedNow();
  const then = new Date(now);
  then.setMonth(now.getMonth() + 1);
  if (then.getDate() !== now.getDate()) then.setDate(0);
  return (then - now) / 1000;
}

function moveClock(what) {
  if (what === "reset") return attempt(() => post("clock", { offset: 0 }));
  return attempt(() => post("clock", { add: SECONDS[what] ?? monthAhead() }));
}

export function showFaults({ faults }) {
  byId("fault-list").textContent = faults
    .map((fault) => `${fault.times} x ${fault.code ?? "late answer"} on ${fault.method}`)
    .join(", ");
}

function orderFault(what) {
  if (what === "clear") return attempt(() => remove("faults"));
  return attempt(() => post("faults", { method: "sendMessage", ...FAULTS[what] }));
}

export function addEntry(entry) {
  if (entry.seq <= lastEntry) return;
  lastEntry = entry.seq;
  const list = byId("journal");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.append(entryElement(entry));
  if (list.children.length > SHOWN_ENTRIES) list.firstChild.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
}

export function forgetEntries() {
  lastEntry = 0;
  byId("journal").replaceChildren();
}

function entryElement(entry) {
  const poll = entry.method === "getUpdates" ? "poll" : "";
  const made = element("details", `entry ${poll} ${entry.ok ? "" : "failed"}`);
  const method = element("span", "method", entry.method);
  const said = entry.params.text || entry.params.caption;
  if (said) method.append(" ", element("small", "", said.slice(0, 60)));
  const line = element("summary", "",
    element("span", "at", new Date(entry.at).toLocaleTimeString("en-GB")), method,
    element("span", "ms", `${Math.round(entry.ms)} ms`));
  if (!entry.ok) line.append(element("span", "why", `${entry.error_code} ${entry.description}`));
  const outcome = entry.ok ? entry.result : { error_code: entry.error_code, description: entry.description };
  made.append(line);
  made.addEventListener("toggle", () => {
    if (made.children.length > 1) return;
    made.append(element("pre", "", JSON.stringify(entry.params, null, 1)), element("pre", "", JSON.stringify(outcome, null, 1)));
  });
  return made;
}

function onButtons(id, name, act) {
  byId(id).addEventListener("click", (event) => {
    const what = event.target.dataset?.[name];
    if (what) act(what);
  });
}

function wirePerson() {
  const toggle = (action) => attempt(() => post(`chats/${openId()}/${action}`));
  byId("block").addEventListener("click", () => toggle(byId("unblock").hidden ? "block" : "unblock"));
  byId("unblock").addEventListener("click", () => toggle("unblock"));
  byId("deep-link").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(() => post(`chats/${openId()}/start`, { payload: byId("payload").value }));
  });
  byId("add-person").addEventListener("click", () => byId("new-person").showModal());
  byId("new-person").addEventListener("close", () => {
    const form = byId("person-form");
    if (byId("new-person").returnValue !== "add") return;
    attempt(() => post("users", Object.fromEntries(new FormData(form))));
    form.reset();
  });
}

export function wirePanel() {
  wirePerson();
  onButtons("clock", "add", moveClock);
  onButtons("faults", "fault", orderFault);
  const journal = document.querySelector(".journal");
  const showPolls = () => journal.classList.toggle("no-polls", !byId("polls").checked);
  byId("polls").addEventListener("change", showPolls);
  showPolls();
  setInterval(drawClock, 1000);
}
