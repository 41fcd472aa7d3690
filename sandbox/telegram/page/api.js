// Talking to the sandbox: JSON in, JSON out, a refusal is an Error with the server's words.

function call(method, path, given) {
  return ask(path, {
    method,
    headers: given ? { "Content-Type": "application/json" } : {},
    body: given ? JSON.stringify(given) : undefined,
  });
}

async function ask(path, request) {
  const response = await fetch(`/sandbox/api/${path}`, request);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || answer.description || response.statusText);
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, given = {}) => call("POST", path, given);
export function upload(path, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return ask(path, { method: "POST", body });
}
export const remove = (path) => call("DELETE", path);

// The browser reconnects by itself and says where it left off.
export function listen(seq, handlers, onState) {
  const source = new EventSource(`/sandbox/api/events?last_event_id=${seq}`);
  for (const [kind, handle] of Object.entries(handlers)) {
    source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  }
  source.addEventListener("open", () => onState(true));
  source.addEventListener("error", () => onState(false));
}
