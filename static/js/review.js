// The desk by keyboard. Every key presses or opens something that stands on the page, so
// nothing here can do what a click could not; without this script nothing is missing but keys.

const current = document.querySelector(".case-row > [aria-current]");
const keys = document.getElementById("keys");
// On its way to another comment: a key pressed now is meant for that one, not for this.
let leaving = false;

function step(direction) {
  const row = current?.parentElement;
  const beside = direction > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  const page = document.querySelector(`.pane-list .pager [rel="${direction > 0 ? "next" : "prev"}"]`);
  const link = beside?.querySelector("a") ?? page;
  if (!link) return;
  leaving = true;
  link.click();
}

function press(key) {
  const target = document.querySelector(`[data-key="${key}"]`);
  if (target instanceof HTMLInputElement) target.focus();
  else target?.click();
  return Boolean(target);
}

const ACTS = {
  j: () => step(1),
  k: () => step(-1),
  "?": () => keys.showModal(),
};

function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable], dialog") != null;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.matches?.("[data-key]")) {
    event.target.blur();
    return;
  }
  // Shift is no modifier here: "?" needs it on most keyboards.
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (leaving || isTyping(event.target)) return;
  const act = ACTS[event.key];
  if (act) act();
  else if (!/^[a-z/]$/.test(event.key) || !press(event.key)) return;
  event.preventDefault();
});

// One decision for one click.
document.querySelector(".actions form")?.addEventListener("submit", (event) => {
  if (leaving) event.preventDefault();
  leaving = true;
});
// The browser may show this page again as it was left, when one goes back to it.
window.addEventListener("pageshow", () => {
  leaving = false;
});

const opener = document.querySelector("[data-open-keys]");
opener.hidden = false;
opener.addEventListener("click", () => keys.showModal());

// The list keeps to itself what scrolls: scrollIntoView would move the case as well.
if (current) {
  const pane = current.closest(".pane-list");
  const head = pane.querySelector(".pane-head").offsetHeight;
  const { offsetTop, offsetHeight } = current.parentElement;
  if (offsetTop + offsetHeight > pane.clientHeight) pane.scrollTop = offsetTop - head - offsetHeight;
}

// After a decision: start at the new case, and say what was done. A live region speaks only
// when it changes, so its words are put in once more.
const announced = document.querySelector("[data-announce]");
if (announced) {
  document.getElementById("case").focus({ preventScroll: true });
  const words = [...announced.childNodes];
  announced.replaceChildren();
  setTimeout(() => announced.replaceChildren(...words), 100);
}
