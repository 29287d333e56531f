// Where the focus goes: to the first field that was refused, else to the field a page is opened for, unless it is somewhere already;
// to the first field (`data-first`) of a form that opens over the page, and out of a toast after eight seconds.
(() => {
  const TOAST_MS = 8000;
  const refused = () => document.querySelector("[aria-invalid=true]") ?? document.querySelector("[data-open] [role=alert]");

  // Only a page that opens, or what was sent from a form, may take the focus: news that arrives by itself leaves it alone.
  function look(mayTake) {
    const found = refused();
    if (!found) {
      if (mayTake && document.activeElement === document.body) (document.querySelector("[data-open] [data-first]") ?? document.querySelector("[data-focus]"))?.focus();
      return;
    }
    const field = found.matches("[aria-invalid]") ? found : found.closest("form").querySelector("select, input:not([type=hidden]), textarea");
    field?.focus();
  }

  function fade(toast) {
    const leave = () => (toast.matches(":hover") || toast.contains(document.activeElement) ? wait() : toast.remove());
    const wait = () => setTimeout(leave, TOAST_MS);
    wait();
  }

  document.addEventListener("DOMContentLoaded", () => {
    look(true);
    document.querySelectorAll("[data-toast]").forEach(fade);
  });
  document.addEventListener("toggle", (event) => event.newState === "open" && event.target.querySelector?.("[data-first]")?.focus(), true);
  document.addEventListener("htmx:after:swap", (event) => look(event.detail?.ctx?.sourceElement?.matches?.("form") ?? false));
})();
