// A popover with a field that narrows a list (`data-picker`: where the list is): arrows move, Enter chooses, Escape gives the focus back.
(() => {
  const opener = new WeakMap();
  const shown = (picker) => [...picker.querySelectorAll("[data-choice]")].filter((one) => !one.hidden);

  async function fill(picker) {
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "ul#choices" };
    const response = await fetch(picker.dataset.picker, { headers, credentials: "same-origin" });
    if (!response.ok) return;
    const list = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("choices");
    if (!list) return;
    list.removeAttribute("id");
    picker.querySelector("[data-choices]").replaceChildren(list);
    narrow(picker);
  }

  function narrow(picker) {
    const words = picker.querySelector("[data-filter]").value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const one of picker.querySelectorAll("[data-choice]")) {
      const text = one.textContent.toLowerCase();
      one.hidden = !words.every((word) => text.includes(word));
    }
    choose(picker, 0);
    picker.querySelector("[data-nothing]").hidden = shown(picker).length > 0;
  }

  function choose(picker, index) {
    const rows = shown(picker);
    for (const one of picker.querySelectorAll("[data-chosen]")) one.removeAttribute("data-chosen");
    const chosen = rows[Math.max(0, Math.min(rows.length - 1, index))];
    chosen?.setAttribute("data-chosen", "");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  function move(picker, by) {
    choose(picker, shown(picker).findIndex((one) => one.hasAttribute("data-chosen")) + by);
  }

  function open(picker) {
    opener.set(picker, document.activeElement);
    picker.querySelector("[data-filter]").value = "";
    picker.showPopover();
    picker.querySelector("[data-filter]").focus();
  }

  document.addEventListener("toggle", (event) => {
    const picker = event.target;
    if (!picker.matches?.("[data-picker]")) return;
    if (event.newState === "open") fill(picker);
    else if (document.activeElement === document.body) opener.get(picker)?.focus?.();
  }, true);
  document.addEventListener("input", (event) => event.target.matches("[data-filter]") && narrow(event.target.closest("[data-picker]")));
  document.addEventListener("keydown", (event) => {
    const picker = event.target.closest?.("[data-picker]");
    if (!picker) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(picker, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.matches("[data-filter]")) {
      event.preventDefault();
      picker.querySelector("[data-chosen] a")?.click();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-goto]")) open(document.getElementById("goto"));
  });
  document.addEventListener("picker:open", (event) => open(event.target));
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-goto]")) button.hidden = false;
  });
})();
