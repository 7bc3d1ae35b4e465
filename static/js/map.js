// Drag over a class of the score map: the range goes into the address, and the page shows it.

const STEP = 0.05;
const NEAR = 6; // pixels: less is a press on a bar, whose link does its own work

function score(event, picture) {
  const box = picture.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
}

function range(one, other) {
  const least = Math.floor(Math.min(one, other) / STEP) * STEP;
  const most = Math.ceil(Math.max(one, other) / STEP) * STEP;
  return [least.toFixed(2), Math.min(1, Math.max(most, least + STEP)).toFixed(2)];
}

for (const picture of document.querySelectorAll("[data-map]")) {
  const drawn = picture.querySelector("[data-drag]");
  let start = null;
  let from = 0;
  let dragged = false;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = score(event, picture);
    from = event.clientX;
    dragged = false;
  });
  picture.addEventListener("pointermove", (event) => {
    if (start === null || (!dragged && Math.abs(event.clientX - from) < NEAR)) return;
    if (!dragged) picture.setPointerCapture(event.pointerId);
    dragged = true;
    const [least, most] = range(start, score(event, picture));
    drawn.setAttribute("x", `${100 * least}%`);
    drawn.setAttribute("width", `${100 * (most - least)}%`);
  });
  picture.addEventListener("pointerup", (event) => {
    if (dragged) {
      const [least, most] = range(start, score(event, picture));
      location.assign(`?${new URLSearchParams({ label: picture.dataset.map, least, most })}#range`);
    }
    start = null;
  });
  picture.addEventListener("pointercancel", () => {
    start = null;
    drawn.setAttribute("width", 0);
  });
  // A link must not be dragged away, nor followed at the end of a drag.
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  picture.addEventListener("click", (event) => dragged && event.preventDefault(), true);
}
