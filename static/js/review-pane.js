// The case beside the list: fetched ahead, shown in place of the one before, without a new page.
//
// go(address) shows the case of a link; ahead(address) fetches it before it is asked for. Tells
// of each new case by the event "case-shown" on document, whose target to work on is shown().

const kept = new Map(); // address → promise of the case's nodes
const live = Object.assign(document.createElement("p"), { className: "visually-hidden" });
live.setAttribute("role", "status");
document.body.append(live);

export const pane = () => document.getElementById("case");
export const shown = () => pane()?.querySelector("[data-case]") ?? null;
export const rowOf = (number) => document.querySelector(`[data-row="${number}"]`);
export const skipLink = () => pane()?.querySelector('[data-actions] a[rel="next"]') ?? null;

let waiting = false;
export const isWaiting = () => waiting;

export function say(text) {
  live.textContent = text;
}

// An address without what only the first visit needs: the same case is the same address.
function plain(address) {
  const url = new URL(address, location.href);
  url.searchParams.delete("done");
  url.hash = "";
  return url;
}

async function fetched(url) {
  const answer = await fetch(`${url.pathname}/pane${url.search}`, { redirect: "manual" });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.body.childNodes];
}

export function ahead(address) {
  const { href } = plain(address);
  if (!kept.has(href)) {
    const coming = fetched(plain(address));
    coming.catch(() => kept.delete(href)); // it is asked for again when it is wanted
    kept.set(href, coming);
  }
  return kept.get(href);
}

export async function go(address, { said = "", push = true } = {}) {
  waiting = true;
  const slow = setTimeout(() => pane().setAttribute("aria-busy", "true"), 150);
  try {
    const nodes = await ahead(address);
    place(nodes, plain(address).href, { said, push });
  } catch {
    location.assign(address); // the whole page says what is wrong
  } finally {
    clearTimeout(slow);
    pane().removeAttribute("aria-busy");
    waiting = false;
  }
}

// Put nodes in the pane: those of another case, or those that stood there before.
export function place(nodes, address, { said = "", push = true } = {}) {
  const before = shown()?.dataset.case;
  kept.clear();
  document.querySelector(".notices")?.remove(); // they were about the case before
  pane().replaceChildren(...nodes);
  document.querySelector(".panes").classList.add("has-case");
  document.querySelector(".panes").classList.remove("is-empty");
  if (push) history.pushState(null, "", address);
  const number = shown().dataset.case;
  document.title = document.title.replace(/^[^·]*/, `Comment ${number} `);
  for (const link of document.querySelectorAll(".case-row > [aria-current]")) {
    link.removeAttribute("aria-current");
  }
  rowOf(number)?.querySelector("a").setAttribute("aria-current", "page");
  keepInSight(rowOf(number));
  scrollTo(0, 0);
  pane().focus({ preventScroll: true });
  say(`${said} Comment ${number}.`.trim());
  document.dispatchEvent(new CustomEvent("case-shown", { detail: { before } }));
}

// The whole of the page, after an undo or on the way back: list, case and notices at once.
export async function replacePage(answer, { push = true } = {}) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = page.getElementById("main");
  if (!main?.querySelector(".panes")) return false;
  const before = shown()?.dataset.case;
  kept.clear();
  if (push) history.pushState(null, "", answer.url);
  document.title = page.title;
  document.getElementById("main").replaceChildren(...main.childNodes);
  keepInSight(rowOf(shown()?.dataset.case));
  pane().focus({ preventScroll: true });
  say([...document.querySelectorAll(".notices .notice-body")].map((e) => e.textContent).join(" "));
  document.dispatchEvent(new CustomEvent("case-shown", { detail: { before } }));
  return true;
}

// The list keeps to itself what scrolls: scrollIntoView would move the case as well.
export function keepInSight(row) {
  const list = row?.closest(".pane-list");
  if (!list) return;
  const head = list.querySelector(".pane-head").offsetHeight;
  const { offsetTop, offsetHeight } = row;
  if (offsetTop + offsetHeight > list.scrollTop + list.clientHeight || offsetTop < list.scrollTop + head) {
    list.scrollTop = offsetTop - head - offsetHeight;
  }
}

// A notice at the top of the case.
export function complain(text) {
  const icon = document.querySelector("[data-overtaken] .icon")?.cloneNode(true);
  const body = Object.assign(document.createElement("div"), { className: "notice-body", textContent: text });
  const box = Object.assign(document.createElement("div"), { className: "notice notice-error" });
  box.setAttribute("role", "alert");
  box.dataset.problem = "";
  box.append(...(icon ? [icon] : []), body);
  pane().querySelector("[data-problem]")?.remove();
  const head = pane().querySelector(".case-crumbs");
  if (head) head.after(box);
  else pane().prepend(box);
}

// A plain click on a case of the list shows it here; any other click is the browser's.
document.addEventListener("click", (event) => {
  const link = event.target.closest('.case-row > a, [data-actions] a[rel="next"]');
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  if (!waiting) go(link.href);
});

addEventListener("popstate", async () => {
  try {
    const answer = await fetch(location.href);
    if (answer.ok && (await replacePage(answer, { push: false }))) return;
  } catch {
    // the reload below says what is wrong
  }
  location.reload();
});
