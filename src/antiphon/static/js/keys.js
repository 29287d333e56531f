// Single keys outside of fields, where they are switched on (`data-keys`): what stands under `data-press` is pressed, J and K move in a
// list (`data-moves`), Z undoes, G and a letter go to a place, / goes anywhere, ? tells all keys, Escape leads back.
(() => {
  const GO_MS = 1500;
  let going = 0;

  const isOn = () => document.querySelector("[data-keys]") !== null;
  const isSeen = (element) => element.checkVisibility?.() ?? true;
  // A closed sheet keeps the focus in its field for some milliseconds: what is typed then is meant for the page.
  const isField = (element) => element.matches?.("input, textarea, select, [contenteditable]") && isSeen(element);
  const isOver = () => document.querySelector(":popover-open, dialog[open], [data-open]") !== null;
  const find = (selector) => [...document.querySelectorAll(selector)].find(isSeen);

  function press(key) {
    const found = find(`[data-press="${CSS.escape(key)}"]`);
    if (!found) return false;
    if (isField(found)) found.focus();
    else found.click();
    return true;
  }

  function move(by) {
    const list = find("[data-moves]");
    if (!list) return false;
    const rows = [...list.querySelectorAll("a.conversation")];
    const focused = rows.indexOf(document.activeElement);
    const from = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
    rows[Math.max(0, Math.min(rows.length - 1, from < 0 ? 0 : from + by))]?.focus();
    return rows.length > 0;
  }

  function undo() {
    const found = find("[data-toast] [data-undo]") ?? find("[data-undo]");
    found?.click();
    return Boolean(found);
  }

  function go(key) {
    going = 0;
    const found = document.querySelector(`.nav a[data-key="${CSS.escape(key)}"]`);
    found?.click();
    return Boolean(found);
  }

  function back() {
    const way = document.querySelector("[data-back]");
    if (way) location.assign(way.href);
    return Boolean(way);
  }

  function show(id) {
    document.getElementById(id)?.showPopover();
    return true;
  }

  function openPicker(id) {
    const picker = document.getElementById(id);
    picker?.dispatchEvent(new CustomEvent("picker:open", { bubbles: true }));
    return Boolean(picker);
  }

  function pressed(key) {
    if (Date.now() - going < GO_MS) return go(key);
    switch (key) {
      case "j": return move(1);
      case "k": return move(-1);
      case "z": return undo();
      case "g": going = Date.now(); return true;
      case "/": return openPicker("goto");
      case ";": return openPicker("canned");
      case "?": return show("all-keys");
      default: return press(key);
    }
  }

  // At the start of a word in the answer box ; opens the canned answers instead.
  function isCall(event) {
    const box = event.target;
    return event.key === ";" && box.id === "answer" && /(^|\s)$/.test(box.value.slice(0, box.selectionStart));
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && !isOver()) {
      if (isField(event.target)) event.target.blur();
      else if (isOn() && back()) event.preventDefault();
      return;
    }
    if (!isOn()) return;
    if (isCall(event) ? openPicker("canned") : !isField(event.target) && !isOver() && event.key.length === 1 && pressed(event.key.toLowerCase())) {
      event.preventDefault();
    }
  });
})();
