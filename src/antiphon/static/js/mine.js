// The list of one's own conversations: the count of those that wait stands in the title, the open one stays where it is when the list
// is set in order, what becomes overdue is said once, and the browser tells of new replies to who asked for it.
(() => {
  const title = document.title;
  let place = null;
  let known = null;

  const list = () => document.querySelector("#mine [data-moves]");
  const waiting = () => Number(document.getElementById("mine")?.dataset.waiting ?? 0);
  const rows = (selector) => [...document.querySelectorAll(`#mine a.conversation${selector}`)];
  const name = (row) => row.querySelector(".conversation-who").firstChild.textContent.trim();

  function announce(words) {
    let said = document.getElementById("said");
    if (!said) {
      said = Object.assign(document.createElement("p"), { id: "said", className: "sr" });
      said.setAttribute("role", "status");
      document.body.append(said);
    }
    said.textContent = words;
  }

  function notify(row) {
    if (!("Notification" in window) || Notification.permission !== "granted" || document.visibilityState === "visible") return;
    const shown = new Notification(name(row), { body: row.querySelector(".conversation-text").textContent.trim(), tag: row.id });
    shown.addEventListener("click", () => { window.focus(); location.assign(row.href); });
  }

  function look() {
    if (!document.getElementById("mine")) return;
    document.title = waiting() ? `(${waiting()}) ${title}` : title;
    const late = new Set(rows(":has([data-state=late])").map((row) => row.id));
    const waits = new Map(rows("[data-waits]").map((row) => [row.id, row.querySelector(".conversation-text").textContent]));
    if (known) {
      const fresh = rows(":has([data-state=late])").filter((row) => !known.late.has(row.id));
      if (fresh.length) announce(fresh.map((row) => `${name(row)}: ${row.closest("[data-overdue]")?.dataset.overdue ?? ""}`).join(". "));
      for (const row of rows("[data-waits]")) if (known.waits.get(row.id) !== waits.get(row.id)) notify(row);
    }
    known = { late, waits };
  }

  function offer() {
    const isOffered = "Notification" in window && Notification.permission === "default" && document.getElementById("mine") !== null;
    for (const button of document.querySelectorAll("[data-notify]")) button.hidden = !isOffered;
  }

  document.addEventListener("htmx:before:swap", () => {
    const current = list()?.querySelector("[aria-current]");
    place = current && current.getBoundingClientRect().top;
  });
  document.addEventListener("htmx:after:swap", () => {
    const current = list()?.querySelector("[aria-current]");
    if (current && place !== null) list().scrollTop += current.getBoundingClientRect().top - place;
    look();
    offer();
  });
  document.addEventListener("live:patched", () => { look(); offer(); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-notify]")) Notification.requestPermission().then(offer);
  });
  document.addEventListener("DOMContentLoaded", () => {
    list()?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
    look();
    offer();
  });
})();
