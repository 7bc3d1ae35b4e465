// What others do, without a reload: arrivals wait behind a button, claims and decisions are
// written into the rows. Nothing moves by itself. Every few seconds one small question, less
// often while the site does not answer, none while nobody looks.

import * as pane from "./review-pane.js";

const EVERY = 4000; // milliseconds
const SELDOM = 60000;
const WORDS = { published: "published", rejected: "rejected", removed: "removed", held: "held" };

let delay = EVERY;
let timer;
const panes = () => document.querySelector(".panes");

function question() {
  const query = new URLSearchParams(panes().dataset.view);
  const rows = [...document.querySelectorAll("[data-row]")].map((row) => row.dataset.row);
  query.set("ids", rows.join());
  query.set("since", panes().dataset.newest);
  if (pane.shown()) query.set("open", pane.shown().dataset.case);
  return `${panes().dataset.live}?${query}`;
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden) return;
  const asked = pane.shown()?.dataset.case;
  try {
    const answer = await fetch(question(), { redirect: "manual" });
    if (answer.type === "opaqueredirect") return offline("You are signed out. Sign in again to go on.");
    if (!answer.ok) throw new Error(answer.status);
    tell(await answer.json(), asked);
    delay = EVERY;
    offline("");
  } catch {
    delay = Math.min(2 * delay, SELDOM);
    offline("The site does not answer. What you see may be old; it is asked again by itself.");
  }
  timer = setTimeout(poll, delay);
}

function offline(text) {
  const notice = document.querySelector("[data-offline]");
  notice.hidden = !text;
  const words = notice.querySelector(".notice-body");
  if (words.textContent !== text) words.textContent = text;
}

function tell({ held, arrivals, standings, claims, said }, asked) {
  for (const count of document.querySelectorAll(`.nav a[href="${panes().dataset.nav}"] .nav-count`)) {
    count.firstChild.textContent = held;
  }
  const head = document.querySelector("[data-held]");
  if (head) head.textContent = held;
  const pill = document.querySelector("[data-arrivals]");
  pill.hidden = !arrivals;
  const words = `${arrivals} new`;
  if (arrivals && pill.textContent !== words) pill.textContent = words;
  for (const row of document.querySelectorAll("[data-row]")) {
    tellRow(row, standings[row.dataset.row], claims[row.dataset.row]);
  }
  const open = pane.shown();
  if (open?.dataset.case === asked) tellCase(open, standings[asked], claims[asked], said);
}

function tellRow(row, standing, claim) {
  const mark = row.querySelector("[data-row-claim]");
  const name = claim && !claim.mine ? claim.name : "";
  mark.hidden = !name;
  if (mark.querySelector("bdi").textContent !== name) mark.querySelector("bdi").textContent = name;
  if (!standing || standing === row.dataset.standing) return;
  row.dataset.standing = standing;
  const status = standing.split(" ")[0];
  row.classList.toggle("is-done", status !== "held");
  const said = row.querySelector("[data-row-standing]");
  said.hidden = false;
  said.textContent = `${WORDS[status]} now ·`;
}

function tellCase(open, standing, claim, said) {
  const when = !claim ? "nobody" : claim.mine ? "mine" : "other";
  for (const part of open.querySelectorAll("[data-claim-when]")) {
    part.hidden = part.dataset.claimWhen !== when;
  }
  const name = open.querySelector("[data-claim-name]");
  if (name && claim && name.textContent !== claim.name) name.textContent = claim.name;
  const notice = open.querySelector("[data-overtaken]");
  if (!standing || standing === open.dataset.standing || !notice.hidden) return;
  notice.querySelector("[data-overtaken-by]").textContent = `${said ?? "Somebody decided"} this just now.`;
  notice.hidden = false;
  pane.pane().querySelector("[data-actions]").classList.add("is-overtaken");
}

// Opening a case claims it, looking at it keeps it, leaving gives it back. What was only
// fetched ahead is not open.
let claimed = null;
let renewing;

function post(address) {
  const token = document.querySelector("[name=csrf_token]").value;
  return fetch(address, {
    method: "POST",
    body: new URLSearchParams({ csrf_token: token }),
    keepalive: true,
    redirect: "manual",
  }).catch(() => null);
}

async function claim() {
  const open = pane.shown();
  if (!open?.querySelector("[data-claim]") || !open.checkVisibility() || document.hidden) return;
  clearTimeout(renewing);
  renewing = setTimeout(claim, panes().dataset.claimSeconds * 500);
  claimed = { number: open.dataset.case, release: open.dataset.releaseAddress };
  await post(open.dataset.claimAddress);
  poll();
}

function release() {
  if (claimed) post(claimed.release);
  claimed = null;
  clearTimeout(renewing);
}

document.addEventListener("case-shown", () => {
  if (claimed && claimed.number !== pane.shown()?.dataset.case) release();
  claim();
});
// Deciding gives it back by itself.
document.addEventListener("case-decided", () => {
  claimed = null;
});
addEventListener("pagehide", release);
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) claim();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  claim();
  poll();
});

// Arrivals come in when they are asked for; the case stays open.
document.addEventListener("click", async (event) => {
  const pill = event.target.closest("[data-arrivals]");
  if (!pill) return;
  event.preventDefault();
  const answer = await fetch(pill.href).catch(() => null);
  if (!answer?.ok) return location.assign(pill.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector(".pane-list").replaceWith(page.querySelector(".pane-list"));
  panes().dataset.newest = page.querySelector(".panes").dataset.newest;
  for (const link of document.querySelectorAll(".case-row > [aria-current]")) link.removeAttribute("aria-current");
  pane.rowOf(pane.shown()?.dataset.case)?.querySelector("a").setAttribute("aria-current", "page");
  document.dispatchEvent(new CustomEvent("list-shown"));
  poll();
});

timer = setTimeout(poll, EVERY);
