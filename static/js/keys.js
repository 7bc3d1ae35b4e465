// Single keys. Every key presses or opens something that stands on the page, so nothing here can
// do what a click could not; without this script nothing is missing but keys.
//
// data-key names a key as it was shipped. Who chose other keys presses theirs: the page carries
// the map (data-keymap), and the hints are rewritten after it.

const map = JSON.parse(document.querySelector("[data-keymap]").dataset.keymap);
const chosen = Object.fromEntries(Object.entries(map).map(([key, shipped]) => [shipped, key]));

// The key as it was shipped.
export const shippedKey = (key) => (/^[1-6]$/.test(key) ? key : map[key]);

function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((e) => e.checkVisibility());
  if (!target) return false;
  if (target.matches("input:not([type=checkbox], [type=radio])")) target.focus();
  else target.click();
  return true;
}

// A dialog that was just closed may still have the focus for a moment: nobody is typing there.
function isTyping(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
  return field != null && !field.matches("[type=checkbox], [type=radio]");
}

export function showHints() {
  for (const target of document.querySelectorAll("[data-key]")) {
    const key = chosen[target.dataset.key] ?? target.dataset.key;
    target.setAttribute("aria-keyshortcuts", key);
    const hint = target.querySelector("kbd") ?? target.parentElement.querySelector(":scope > kbd");
    if (hint) hint.textContent = key;
  }
}

// acts: what a key does that presses nothing, by the key as it was shipped.
export function listen(acts = {}, isBusy = () => false) {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.("[data-key]")) {
      event.target.blur();
      return;
    }
    // Shift is no modifier here: "?" needs it on most keyboards.
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    if (isBusy() || isTyping(event.target)) return;
    const key = shippedKey(event.key);
    if (!key) return;
    if (acts[key]) acts[key]();
    else if (!press(key)) return;
    event.preventDefault();
  });
  showHints();
}
