// Which words weigh, fetched once the case is on the screen: the marked text takes the place of
// the plain one, and the key to the marks stands under it.

import { shown } from "./review-pane.js";

const SETTLED = 250; // milliseconds on one case before anything is asked: who skips by asks nothing

async function mark(place, address) {
  const answer = await fetch(address, { redirect: "manual" });
  if (!answer.ok) return;
  const part = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!place.isConnected) return; // another case came meanwhile
  const text = part.querySelector(".user-text");
  if (text) shown().querySelector(".case-text > .user-text").replaceWith(text);
  place.replaceChildren(part.querySelector(".words-key"));
}

let waiting;
function settle() {
  clearTimeout(waiting);
  const place = shown()?.querySelector("[data-words]");
  if (place) waiting = setTimeout(() => mark(place, place.dataset.words), SETTLED);
}
document.addEventListener("case-shown", settle);

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-words-part]");
  if (!chip || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const place = chip.closest("[data-words]");
  if (!place) return;
  event.preventDefault();
  mark(place, chip.dataset.wordsPart).then(() => place.querySelector('[aria-current="true"]')?.focus());
});
