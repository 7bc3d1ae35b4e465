// The page of thresholds, made quicker: a slider under each picture of scores, its lines that
// follow the numbers, and the preview fetched while one changes them. Without this script the
// number fields and the Preview button do the same.

const PAUSE = 350; // milliseconds without a change before the preview is asked for

const form = document.querySelector("form[data-preview]");
const preview = document.getElementById("preview");

for (const row of form.querySelectorAll(".class-row")) {
  const review = row.querySelector("[data-part=review]");
  const reject = row.querySelector("[data-part=auto_reject]");
  const box = row.querySelector("[data-switches]");
  const slider = makeSlider(row.querySelector("[data-slider]"), review);

  const follow = () => {
    reject.disabled = !box.checked;
    drawLine(row, "review", review.value);
    drawLine(row, "reject", box.checked ? reject.value : "");
    if (review.value !== "") slider.value = review.value;
  };
  row.addEventListener("input", follow);
  follow();
}

function makeSlider(place, field) {
  const slider = document.createElement("input");
  Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.01, value: field.value });
  slider.setAttribute("aria-label", `${field.labels[0].textContent.trim()} (slider)`);
  slider.addEventListener("input", () => {
    field.value = Number(slider.value).toFixed(2);
  });
  place.append(slider);
  return slider;
}

function drawLine(row, part, value) {
  const picture = row.querySelector(".histogram");
  let line = picture.querySelector(`.histogram-${part}`);
  const at = Number(value);
  if (value === "" || !(at >= 0 && at <= 1)) {
    line?.remove();
    return;
  }
  if (!line) {
    line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", `histogram-${part}`);
    line.setAttribute("y1", 0);
    line.setAttribute("y2", 44);
    picture.append(line);
  }
  for (const end of ["x1", "x2"]) line.setAttribute(end, `${at * 100}%`);
}

let waiting;
let asked;

form.addEventListener("input", (event) => {
  if (!event.target.closest(".classes")) return;
  clearTimeout(waiting);
  asked?.abort();
  preview.classList.add("is-waiting");
  preview.setAttribute("aria-busy", "true");
  // What is shown is no longer of these numbers: it cannot be saved (the server would refuse).
  for (const button of preview.querySelectorAll("[name=save]")) button.disabled = true;
  waiting = setTimeout(ask, PAUSE);
});

async function ask() {
  asked = new AbortController();
  try {
    const answer = await fetch(form.dataset.preview, {
      method: "POST",
      body: new FormData(form),
      signal: asked.signal,
    });
    if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
    show(await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") say(error.message);
  }
}

function show(html) {
  const note = preview.querySelector("[name=note]");
  const [focused, at] = [document.activeElement === note, note?.selectionStart];
  preview.innerHTML = html; // made by our own templates, which escape what people wrote
  settle();
  const again = preview.querySelector("[name=note]");
  if (!note || !again) return;
  again.value = note.value;
  if (focused) {
    again.focus();
    again.setSelectionRange(at, at);
  }
}

function say(problem) {
  const text =
    problem === "401" || problem === "403"
      ? "You are signed out. Sign in again in another tab, then change a number."
      : "The preview could not be fetched. Use the Preview button.";
  const line = document.createElement("p");
  line.setAttribute("role", "alert");
  line.textContent = text;
  preview.querySelector("[role=alert]")?.remove();
  preview.prepend(line);
  settle();
}

function settle() {
  preview.classList.remove("is-waiting");
  preview.removeAttribute("aria-busy");
}
