// A button whose form is on its way says so by its word ("Publishing…", from `data-busy`) and takes no second click.
(() => {
  function set(button) {
    if (!button?.dataset.busy || button.getAttribute("aria-busy") === "true") return;
    button.dataset.rest = button.innerHTML;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-busy", "true");
  }

  function rest() {
    for (const button of document.querySelectorAll("[data-rest]")) {
      button.innerHTML = button.dataset.rest;
      button.removeAttribute("aria-busy");
      delete button.dataset.rest;
    }
  }

  document.addEventListener("submit", (event) => {
    if (event.submitter?.getAttribute("aria-busy") === "true") event.preventDefault();
    else setTimeout(() => !event.defaultPrevented && set(event.submitter), 0);
  });
  document.addEventListener("htmx:finally:request", rest);
  window.addEventListener("pageshow", rest);
})();
