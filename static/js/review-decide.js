// A decision is sent at once, and the next case is on the screen while it is on its way. What
// is refused, or never arrives, brings its comment back with the reason and what was typed.

import * as pane from "./review-pane.js";

const DID = { published: "approved", rejected: "rejected", removed: "removed", held: "escalated" };
const EYE = 200; // milliseconds: nobody has read a comment that came later than this
const pending = new Set();
const decided = new Set();
let since = -EYE;

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.matches("[data-decision]")) {
    event.preventDefault();
    if (!pane.isWaiting() && performance.now() - since > EYE) decide(form, submitter);
  } else if (form.matches("[data-undo]")) {
    event.preventDefault();
    undo(form);
  }
});

// Ask for the next case while this one is read; its undo is the newest that there is.
document.addEventListener("case-shown", ({ detail }) => {
  if (detail.before) since = performance.now(); // a page of its own was asked for and waited for
  lookAhead();
});

// Not before the decisions on their way have arrived: what follows depends on them.
async function lookAhead() {
  const link = pane.skipLink();
  await Promise.allSettled(pending);
  if (!link?.isConnected) return;
  const nodes = await pane.ahead(link.href).catch(() => []);
  const fresh = nodes.find((node) => node.matches?.("[data-actions]"))?.querySelector("[data-undo]");
  const guess = pane.pane().querySelector("[data-undo][data-guess]");
  if (fresh && guess && link.isConnected && !pending.size) guess.replaceWith(fresh.cloneNode(true));
}

async function decide(form, button) {
  const action = button.getAttribute("formaction") ?? form.getAttribute("action");
  const number = pane.shown().dataset.case;
  const severe = "severe" in pane.shown().dataset;
  const did = DID[button.value] ?? "escalated";
  const back = { nodes: [...pane.pane().childNodes], address: location.href };
  const sent = fetch(action, {
    method: "POST",
    body: new URLSearchParams(new FormData(form, button)),
    keepalive: true, // it arrives even if this tab is closed now
    redirect: "manual",
  });
  const next = pane.skipLink()?.href;
  pending.add(sent);
  decided.add(number);
  mark(number, did);
  document.dispatchEvent(new CustomEvent("case-decided", { detail: { number, severe } }));
  const moved = goOn(next, `You ${did} comment ${number}.`, number, did);
  try {
    const answer = await sent;
    if (answer.type !== "opaqueredirect") throw answer;
  } catch (problem) {
    pending.delete(sent);
    decided.delete(number);
    unmark(number);
    document.dispatchEvent(new CustomEvent("case-returned", { detail: { number, severe } }));
    await moved;
    await bringBack(back, problem, number);
    return;
  }
  pending.delete(sent);
  if (!next) location.assign(queue());
}

// What follows is shown at once, unless somebody asked for fewer of its kind in a row.
async function goOn(next, said, number, did) {
  if (!next) return;
  if (decided.has(new URL(next).pathname.split("/").pop())) {
    await Promise.allSettled(pending); // the list began anew: ask what there really is
    location.assign(queue());
    return;
  }
  const asks = new CustomEvent("case-next", { detail: { address: next, said }, cancelable: true });
  if (document.dispatchEvent(asks)) await pane.go(next, { said });
  guessUndo(number, did);
}

// The address of the list that this case was opened from.
function queue() {
  return document.querySelector(".panes").dataset.queue;
}

function guessUndo(number, did) {
  const form = pane.pane().querySelector("[data-undo]");
  if (!form) return;
  form.hidden = false;
  form.dataset.guess = "";
  form.elements.action.value = ""; // the last one, whatever its number
  form.querySelector("[data-undo-said]").textContent = `You ${did} comment ${number} just now.`;
}

async function undo(form) {
  pane.say("Undoing…");
  await Promise.allSettled(pending);
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (answer.ok && (await pane.replacePage(answer))) {
      decided.clear();
      document.dispatchEvent(new CustomEvent("case-undone"));
      return;
    }
    pane.complain(refusal(answer));
  } catch {
    pane.complain("The site could not be reached: nothing was undone. Try again in a moment.");
  }
}

async function bringBack({ nodes, address }, problem, number) {
  if (problem instanceof Response && [409, 422].includes(problem.status)) {
    const page = new DOMParser().parseFromString(await problem.text(), "text/html");
    pane.place([...page.getElementById("case").childNodes], address);
    return;
  }
  pane.place(nodes, address, { said: `Comment ${number} is back.` });
  pane.complain(
    problem instanceof Response
      ? refusal(problem)
      : "The site could not be reached, so this was not decided. Nothing you typed is lost: try again in a moment.",
  );
}

function refusal(answer) {
  if (answer.status === 401) return "You are signed out, so nothing was changed. Sign in in another tab, then try again.";
  if (answer.status === 403) return "Your account may not do this. Nothing was changed.";
  if (answer.status === 400) return "The page was open too long, so nothing was changed. Reload it and try again.";
  if (answer.status === 503)
    return "The site can store nothing just now: its disk is full, or its database does not answer. Nothing was changed. Try again in a minute.";
  return `The site answered with an error (${answer.status}), so nothing was changed. Try again in a moment.`;
}

// The row stays where it is, and says what became of it: nothing moves under anybody's hand.
function mark(number, did) {
  const row = pane.rowOf(number);
  if (!row) return;
  row.classList.add("is-done");
  const said = row.querySelector("[data-row-standing]");
  said.textContent = `${did} ·`;
  said.hidden = false;
  const tick = row.querySelector("[name=ids]");
  if (tick) tick.checked = false;
}

function unmark(number) {
  const row = pane.rowOf(number);
  row?.classList.remove("is-done");
  if (row) row.querySelector("[data-row-standing]").hidden = true;
}

// Labels are kept as they are ticked, one answer after the other.
let saving = Promise.resolve();
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-labels]");
  if (!form) return;
  const said = form.querySelector("[data-saved]");
  const body = new URLSearchParams(new FormData(form));
  said.textContent = "Saving…";
  saving = saving
    .then(() => fetch(form.getAttribute("action"), { method: "POST", body, keepalive: true, redirect: "manual" }))
    .then((answer) => {
      said.textContent = answer.type === "opaqueredirect" ? "Saved" : refusal(answer);
    })
    .catch(() => {
      said.textContent = "Not saved: the site could not be reached. Use the button.";
    });
});
