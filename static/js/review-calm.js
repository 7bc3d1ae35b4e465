// What a person asked for on their own page: masked text shown by a click, a count of this
// session, a word about a break, and an offer after so many severe comments in a row. It is
// counted in this tab alone, and nobody else sees it.

import * as pane from "./review-pane.js";

const KEY = "evenkeel-session";
const PAUSE = 20 * 60000; // milliseconds without a decision: what comes next is a new session
const { counter, breakMinutes, severeInRow } = document.querySelector(".panes").dataset;

// A browser may forbid storage; then a page counts for itself.
let session = { start: 0, last: 0, decided: 0, severe: 0, told: 0 };
function read() {
  try {
    session = JSON.parse(sessionStorage.getItem(KEY)) ?? session;
  } catch {
    // what this page knows is enough
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // nothing to do: it is counted on in this page
  }
}

function count(event, by) {
  read();
  const now = Date.now();
  if (now - session.last > PAUSE) session = { start: now, decided: 0, severe: 0, told: now };
  session.last = now;
  session.decided = Math.max(0, session.decided + by);
  session.severe = event.detail?.severe && by > 0 ? session.severe + 1 : 0;
  keep();
  show();
}

document.addEventListener("case-decided", (event) => count(event, 1));
document.addEventListener("case-returned", (event) => count(event, -1));
document.addEventListener("case-undone", (event) => count(event, -1));
document.addEventListener("case-shown", show);
document.addEventListener("list-shown", show);

function show() {
  const now = Date.now();
  const running = session.start && now - session.last <= PAUSE;
  const line = document.querySelector("[data-session]");
  line.hidden = !(running && counter);
  line.textContent = `${session.decided} decided in this session, since ${new Date(session.start).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  const due = running && breakMinutes > 0 && now - session.told >= breakMinutes * 60000;
  const notice = document.querySelector("[data-break]");
  if (notice.hidden === !due) return;
  notice.hidden = !due;
  if (due) notice.querySelector("[data-break-said]").textContent = `${Math.round((now - session.start) / 60000)} minutes in this session.`;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-break-later]")) {
    session.told = Date.now();
    keep();
    show();
  }
  const text = event.target.closest("[data-mask]");
  // What is masked again must not stay in sight for having the focus.
  if (text && !getSelection().toString() && !text.classList.toggle("is-revealed")) text.blur();
});

// In place of one severe comment more: something milder, a pause, or on as before.
document.addEventListener("case-next", (event) => {
  if (!(severeInRow > 0) || session.severe < severeInRow) return;
  event.preventDefault();
  const { address, said } = event.detail;
  const offer = document.getElementById("interlude").content.cloneNode(true);
  offer.querySelector("[data-in-a-row]").textContent = session.severe;
  session.severe = 0;
  keep();
  const [on, milder] = [offer.querySelector("[data-go-on]"), offer.querySelector("[data-milder]")];
  on.href = address;
  on.addEventListener("click", (click) => {
    click.preventDefault();
    pane.go(address);
  });
  milder.href = `${milder.dataset.milder}?${new URL(address).searchParams}`;
  pane.pane().querySelector("article").replaceWith(offer);
  pane.pane().querySelector("[data-decision]")?.remove();
  pane.pane().focus({ preventScroll: true });
  pane.say(`${said} ${pane.pane().querySelector("h2").textContent}`);
});

read();
show();
setInterval(show, 60000);
