// Text and entities to elements. Offsets are UTF-16 units, which is how JavaScript counts.

import { copy, element } from "/page/dom.js";

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s" };
const SAFE_LINK = /^(https?|tg|ton):/i;

function link(address) {
  const made = element("a");
  if (SAFE_LINK.test(address)) {
    made.href = address;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
  }
  return made;
}

function copied(made) {
  made.title = "Click to copy";
  made.addEventListener("click", () => copy(made.textContent));
  return made;
}

function quotation(entity) {
  const made = element("blockquote", entity.type === "expandable_blockquote" ? "folded" : "");
  made.addEventListener("click", () => made.classList.remove("folded"));
  return made;
}

function spoiler() {
  const made = element("span", "spoiler");
  made.addEventListener("click", () => made.classList.add("open"));
  return made;
}

function command(text, say) {
  const made = element("span", "command");
  made.addEventListener("click", () => say(text));
  return made;
}

function wrapper(entity, covered, say) {
  switch (entity.type) {
    case "text_link": return link(entity.url);
    case "url": return link(covered);
    case "code": return copied(element("code"));
    case "pre": return copied(element("pre"));
    case "spoiler": return spoiler();
    case "blockquote": case "expandable_blockquote": return quotation(entity);
    case "bot_command": return command(covered, say);
    default: return element(TAGS[entity.type] || "span", entity.type);
  }
}

// Entities come sorted, the wider first; what overlaps only in part is cut in two.
export function render(parent, text, entities, say, start = 0, end = text.length) {
  let at = start;
  let waiting = [...entities];
  while (waiting.length) {
    const [entity, ...rest] = waiting;
    const from = Math.max(entity.offset, at);
    const to = Math.min(entity.offset + entity.length, end);
    waiting = rest;
    if (to <= from) continue;
    parent.append(text.slice(at, from));
    const made = wrapper(entity, text.slice(from, to), say);
    render(made, text, rest.filter((other) => other.offset < to), say, from, to);
    parent.append(made);
    at = to;
  }
  parent.append(text.slice(at, end));
}
