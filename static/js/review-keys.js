// The desk's own keys: what they do that is no click on something of the page. See keys.js.

import { listen, shippedKey, showHints } from "./keys.js";
import * as pane from "./review-pane.js";

const HOLD = 400; // milliseconds: held longer than this, a text is masked again on letting go

function step(direction) {
  const row = pane.rowOf(pane.shown()?.dataset.case);
  const beside = direction > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  const turn = document.querySelector(`.pane-list .pager [rel="${direction > 0 ? "next" : "prev"}"]`);
  (beside?.querySelector("a") ?? (row ? turn : pane.skipLink()))?.click();
}

function tick() {
  pane.rowOf(pane.shown()?.dataset.case)?.querySelector("[name=ids]")?.click();
}

function nextReason() {
  const field = pane.pane().querySelector("[data-decision] [name=guideline]");
  if (!field) return;
  field.selectedIndex = (field.selectedIndex + 1) % field.length;
  pane.say(`Reason: ${field.selectedOptions[0].text}`);
}

let revealedAt = 0;
function reveal() {
  const text = pane.pane().querySelector("[data-mask]");
  if (!text) return;
  revealedAt = text.classList.toggle("is-revealed") ? performance.now() : 0;
}

const openKeys = () => document.getElementById("keys").showModal();

listen({ j: () => step(1), k: () => step(-1), x: tick, g: nextReason, v: reveal, "?": openKeys }, pane.isWaiting);

document.addEventListener("keyup", (event) => {
  if (shippedKey(event.key) !== "v" || !revealedAt) return;
  if (performance.now() - revealedAt > HOLD) reveal();
  revealedAt = 0;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-keys]")) openKeys();
});

function show() {
  for (const opener of document.querySelectorAll("[data-open-keys]")) opener.hidden = false;
  showHints();
}
document.addEventListener("case-shown", show);
document.addEventListener("list-shown", show);
show();
