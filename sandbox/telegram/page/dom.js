// Making elements; texts of the bot only ever become text nodes.

export const byId = (id) => document.getElementById(id);

export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

export function button(className, text, onClick) {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", onClick);
  return made;
}

export function toast(text) {
  const shown = element("div", "toast", text);
  shown.setAttribute("role", "status");
  byId("toasts").append(shown);
  setTimeout(() => shown.remove(), 3500);
}

export function alertDialog(text) {
  byId("alert-text").textContent = text;
  if (!byId("alert").open) byId("alert").showModal();
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied to the clipboard");
  } catch {
    toast("The browser does not let this page copy");
  }
}

// Run what may be refused; the refusal is shown to the person at the page.
export async function attempt(work) {
  try {
    return await work();
  } catch (refused) {
    toast(refused.message);
    return null;
  }
}
