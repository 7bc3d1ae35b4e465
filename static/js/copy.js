// Copies the text of the field before the button. Without it, the field can be selected by hand.

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = button.parentElement.querySelector("[data-copy-from]");
  const label = button.querySelector("span");

  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = "Copied";
    } catch {
      // No permission, or a page without HTTPS: the text is selected, so a key copies it.
      label.textContent = "Press Ctrl+C";
    }
    label.setAttribute("role", "status");
  });
  button.hidden = false;
}
