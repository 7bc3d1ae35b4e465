// Says how many characters are left in a text area (see macros/forms.html, textarea).
// Counts code points, as the server does: an emoji is one character, not two.

const number = new Intl.NumberFormat(document.documentElement.lang);

for (const output of document.querySelectorAll("[data-counter-for]")) {
  const area = document.getElementById(output.dataset.counterFor);
  const limit = Number(output.dataset.limit);

  const show = () => {
    const left = limit - [...area.value].length;
    const characters = Math.abs(left) === 1 ? "character" : "characters";
    output.textContent = `${number.format(Math.abs(left))} ${characters} ${left < 0 ? "too many" : "left"}`;
    output.classList.toggle("is-over", left < 0);
    // Speak up only near the end, or every key would be announced.
    output.setAttribute("aria-live", left < limit / 20 ? "polite" : "off");
  };

  area.addEventListener("input", show);
  show();
}
