// Says how many characters are left in a text area (see macros/forms.html, textarea).
// Counts code points, as the server does: an emoji is one character, not two.

const number = new Intl.NumberFormat(document.documentElement.lang);

function show(area) {
  const output = document.querySelector(`[data-counter-for="${CSS.escape(area.id)}"]`);
  if (!output) return;
  const limit = Number(output.dataset.limit);
  const left = limit - [...area.value].length;
  const characters = Math.abs(left) === 1 ? "character" : "characters";
  output.textContent = `${number.format(Math.abs(left))} ${characters} ${left < 0 ? "too many" : "left"}`;
  output.classList.toggle("is-over", left < 0);
  // Speak up only near the end, or every key would be announced.
  output.setAttribute("aria-live", left < limit / 20 ? "polite" : "off");
}

// One listener for the whole page: a form may be exchanged for a new one while it is open.
document.addEventListener("input", (event) => {
  if (event.target.matches("textarea")) show(event.target);
});
document.querySelectorAll("textarea").forEach(show);
