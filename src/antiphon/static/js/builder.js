// Small things of the builder and the wizard: "no end date" and a last day do not stand together, a text is put into the note, a long
// list is narrowed, and leaving with something unsaved is asked about. Without this file all of it is done by the server.
(() => {
  let dirty = false;

  function settle(form) {
    const none = form.querySelector("[name=no_end]");
    const last = form.querySelector("[data-ends]");
    if (none && last) last.disabled = none.checked;
  }

  function insert(button) {
    const field = document.getElementById(button.dataset.insert);
    const before = field.value.slice(0, field.selectionStart);
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    field.setRangeText(gap + button.dataset.text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function narrow(input) {
    const wanted = input.value.trim().toLowerCase();
    for (const choice of document.getElementById(input.dataset.filter).querySelectorAll("[data-words]")) {
      choice.hidden = !choice.dataset.words.includes(wanted) && !choice.querySelector(":checked");
    }
  }

  function reveal() {
    document.querySelectorAll("[data-insert][hidden], [data-filter][hidden]").forEach((hidden) => (hidden.hidden = false));
    document.querySelectorAll("form[data-dirty]").forEach(settle);
  }

  // What was typed before this ran, or was kept by the browser over a reload, is taken as typed now.
  function isChanged(field) {
    if (field.matches("select")) return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
    if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
    return field.matches("input:not([type=hidden]), textarea") && field.value !== field.defaultValue;
  }

  function catchUp() {
    for (const form of document.querySelectorAll("form[data-dirty]")) {
      [...form.elements].find(isChanged)?.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-dirty]");
    if (!form || event.target.matches("[data-filter]")) return;
    dirty = true;
    if (event.target.name === "no_end") settle(form);
  });
  document.addEventListener("input", (event) => event.target.matches("[data-filter]") && narrow(event.target));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button);
  });
  document.addEventListener("submit", (event) => event.target.matches("[data-dirty]") && (dirty = false));
  window.addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  document.addEventListener("DOMContentLoaded", () => {
    reveal();
    setTimeout(catchUp);  // after htmx, which begins in a turn of its own
  });
  document.addEventListener("htmx:after:swap", reveal);
})();
