// Copies what stands in the field beside a button with `data-copy` (the field's id), and says so in the button for two seconds.
// Where the clipboard may not be written, the text is selected instead, ready for the keyboard.
(() => {
  const SAID_MS = 2000;
  const show = () => document.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));

  function say(button, words) {
    const label = button.querySelector("[data-copy-label]");
    const before = (label.dataset.copyLabel ||= label.textContent);
    label.textContent = words;
    button.dataset.state = "copied";
    setTimeout(() => {
      label.textContent = before;
      delete button.dataset.state;
    }, SAID_MS);
  }

  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      say(button, button.dataset.copied);
    } catch {
      field.focus();
      field.select();
      say(button, button.dataset.selected);
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });
  document.addEventListener("focusin", (event) => event.target.matches?.(".copy-text") && event.target.select());
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("htmx:after:swap", show);
})();
