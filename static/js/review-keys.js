// The desk by keyboard. Every key presses or opens something that stands on the page, so
// nothing here can do what a click could not; without this script nothing is missing but keys.
//
// data-key names a key as it was shipped. Who chose other keys presses theirs: the page carries
// the map, and the hints are rewritten after it.

import * as pane from "./review-pane.js";

const map = JSON.parse(document.querySelector(".panes").dataset.keymap);
const chosen = Object.fromEntries(Object.entries(map).map(([key, shipped]) => [shipped, key]));
const HOLD = 400; // milliseconds: held longer than this, a text is masked again on letting go

function step(direction) {
  const row = pane.rowOf(pane.shown()?.dataset.case);
  const beside = direction > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  const turn = document.querySelector(`.pane-list .pager [rel="${direction > 0 ? "next" : "prev"}"]`);
  (beside?.querySelector("a") ?? (row ? turn : pane.skipLink()))?.click();
}

function press(key) {
  const target = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((e) => e.checkVisibility());
  if (!target) return false;
  if (target.matches("input:not([type=checkbox], [type=radio])")) target.focus();
  else target.click();
  return true;
}

function tick() {
  pane.rowOf(pane.shown()?.dataset.case)?.querySelector("[name=ids]")?.click();
}

let revealedAt = 0;
function reveal() {
  const text = pane.pane().querySelector("[data-mask]");
  if (!text) return;
  revealedAt = text.classList.toggle("is-revealed") ? performance.now() : 0;
}

const openKeys = () => document.getElementById("keys").showModal();
const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  x: tick,
  v: reveal,
  "?": openKeys,
};

function isTyping(target) {
  const field = target.closest?.("input, textarea, select, [contenteditable], dialog");
  return field != null && !field.matches("[type=checkbox], [type=radio]");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-key]")) {
    event.target.blur();
    return;
  }
  // Shift is no modifier here: "?" needs it on most keyboards.
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (pane.isWaiting() || isTyping(event.target)) return;
  const key = /^[1-6]$/.test(event.key) ? event.key : map[event.key];
  if (!key) return;
  if (ACTS[key]) ACTS[key]();
  else if (!press(key)) return;
  event.preventDefault();
});

document.addEventListener("keyup", (event) => {
  if (map[event.key] !== "v" || !revealedAt) return;
  if (performance.now() - revealedAt > HOLD) reveal();
  revealedAt = 0;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) openKeys();
});

function showHints() {
  for (const opener of document.querySelectorAll("[data-open-keys]")) opener.hidden = false;
  for (const target of document.querySelectorAll("[data-key]")) {
    const key = chosen[target.dataset.key] ?? target.dataset.key;
    target.setAttribute("aria-keyshortcuts", key);
    const hint = target.querySelector("kbd") ?? target.parentElement.querySelector(":scope > kbd");
    if (hint) hint.textContent = key;
  }
}
document.addEventListener("case-shown", showHints);
document.addEventListener("list-shown", showHints);
showHints();
