// Sends a form without leaving the page. Without this file the same form works by itself.
//
// <form data-send> is posted as the browser would; from the page that comes back, each part
// marked data-swap="name" takes the place of what #name holds here, and the element marked
// data-focus (or the list of errors) gets the focus, so that a screen reader reads it.
// Tells others by events on document: "sent" (it was taken), "swapped" (new parts are in place).

const live = Object.assign(document.createElement("p"), { className: "visually-hidden" });
live.setAttribute("role", "status");
document.body.append(live);

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  if (form.ariaBusy !== "true") send(form, event.submitter);
});

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  form.querySelector(".notice[data-problem]")?.remove();
  busy(form, true);
  try {
    const response = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.ok) document.dispatchEvent(new CustomEvent("sent", { detail: form }));
    if (!swap(page)) problem(form, explained(page, response));
  } catch {
    problem(form, "The site could not be reached. Nothing is lost: send it once more in a moment.");
  }
  busy(form, false);
}

// The button keeps the focus while it waits, which a disabled one would lose.
function busy(form, on) {
  form.ariaBusy = String(on);
  for (const button of form.querySelectorAll("button")) button.ariaDisabled = on ? "true" : null;
  live.textContent = on ? "Sending…" : "";
}

function swap(page) {
  const parts = [...page.querySelectorAll("[data-swap]")].filter((part) =>
    document.getElementById(part.dataset.swap),
  );
  let focus = null;
  for (const part of parts) {
    const place = document.getElementById(part.dataset.swap);
    place.replaceChildren(...part.childNodes);
    focus ??= place.querySelector("[data-focus], #errors");
  }
  if (!parts.length) return false;
  for (const area of document.querySelectorAll("textarea")) {
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.dispatchEvent(new CustomEvent("swapped"));
  focus?.focus();
  focus?.scrollIntoView({ block: "nearest" });
  return true;
}

// An error page says in its heading what happened, and below it what to do.
function explained(page, response) {
  const said = [...page.querySelectorAll("main h1, main h1 ~ p")].map((e) => e.textContent.trim());
  return said.length ? `${said.join(". ")} Your text is still here.` : `Error ${response.status}. Your text is still here: try once more.`;
}

function problem(form, text) {
  const box = Object.assign(document.createElement("p"), {
    className: "notice notice-error",
    textContent: text,
    tabIndex: -1,
  });
  box.dataset.problem = "";
  box.setAttribute("role", "alert");
  form.prepend(box);
  box.focus();
}
