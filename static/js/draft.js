// Keeps what is being written in <form data-draft>, in this tab, until it is sent: a reload or a
// step to another page loses nothing. Once sent, only name and e-mail stay for the next one.

const FIELDS = ["name", "email", "text"];
const drafts = () => document.querySelectorAll("form[data-draft]");
const keyOf = (form) => `evenkeel-draft:${new URL(form.action).pathname}`;

// A browser may forbid storage; then there are no drafts, and everything else works.
function read(form) {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(form))) ?? {};
  } catch {
    return {};
  }
}

function keep(form, draft) {
  try {
    sessionStorage.setItem(keyOf(form), JSON.stringify(draft));
  } catch {
    // Nothing to do: the text is still in its box.
  }
}

const written = (form) =>
  Object.fromEntries(FIELDS.map((name) => [name, form.elements[name].value]));

// What the server or the browser has filled in is newer than the draft.
function restore(form) {
  const draft = read(form);
  for (const name of FIELDS) {
    const field = form.elements[name];
    if (field.value || !draft[name]) continue;
    field.value = draft[name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-draft]") && event.isTrusted) keep(form, written(form));
});
document.addEventListener("sent", ({ detail: form }) => {
  if (form.matches("[data-draft]")) keep(form, { ...written(form), text: "" });
});
document.addEventListener("swapped", () => drafts().forEach(restore));
drafts().forEach(restore);
