// Light, dark, or as the system says: the reader's choice, kept in this browser.
//
// A classic script and not a module: modules run after the page is drawn, and a page that
// starts light and turns dark hurts the eyes of whoever chose dark.
(() => {
  const KEY = "evenkeel-theme";
  const CHOICES = ["system", "light", "dark"];
  const root = document.documentElement;

  // A browser may forbid storage; then the choice lasts for this page.
  function read() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  }

  function keep(choice) {
    try {
      localStorage.setItem(KEY, choice);
    } catch {
      // Nothing to do: the page has already changed.
    }
  }

  let choice = CHOICES.includes(read()) ? read() : "system";

  function apply() {
    if (choice === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", choice);
  }

  function label() {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.hidden = false;
      button.querySelector("[data-theme-name]").textContent = choice;
    }
  }

  apply();
  document.addEventListener("DOMContentLoaded", label);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    keep(choice);
    apply();
    label();
  });
})();
