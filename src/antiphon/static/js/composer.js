// The answer box: keeps a draft per conversation in this browser until it is sent or its writer signs out, counts segments and names
// the characters that make them short, sends with Ctrl or Cmd Enter, is emptied only when the answer was taken, and says so when the
// site could not be reached. When the box goes under the hand (transferred, closed, opted out) what was written stays in sight.
(() => {
  const PREFIX = "draft:";
  let isTyping = false;

  function keep(name, text) {
    try {
      if (text) localStorage.setItem(name, text);
      else localStorage.removeItem(name);
    } catch { /* a full or forbidden store: the text is still in the box */ }
  }

  function kept(name) {
    try { return localStorage.getItem(name) ?? ""; } catch { return ""; }
  }

  const place = (form) => PREFIX + form.dataset.composer;
  const forms = () => document.querySelectorAll("form[data-composer]");

  function meter(line, { length, room, count }) {
    line.hidden = length === 0;
    const bars = [...line.querySelectorAll("progress")];
    const wantedBars = Math.min(count, 6);
    while (bars.length > wantedBars) bars.pop().remove();
    while (bars.length < wantedBars) {
      const bar = bars[0].cloneNode();
      bars.at(-1).after(bar);
      bars.push(bar);
    }
    const each = room / count;
    bars.forEach((bar, index) => {
      bar.max = each;
      bar.value = Math.max(0, Math.min(each, length - index * each));
    });
    const words = count === 1 ? line.dataset.segment : line.dataset.segments;
    line.querySelector("span").textContent = words.replace("%used", length).replace("%room", room).replace("%count", count);
  }

  function warn(form, text) {
    const line = form.querySelector("[data-costly]");
    const { alphabet } = form.dataset;
    const found = segments.costly(text, alphabet);
    line.hidden = found.length === 0;
    if (!found.length) return;
    const shown = found.slice(0, 5).map((one) => `“${one}”`).join(" ") + (found.length > 5 ? " …" : "");
    line.querySelector("[data-words]").textContent = (found.length === 1 ? line.dataset.one : line.dataset.many).replace("%chars", shown);
    line.querySelector("[data-plainly]").hidden = segments.plainly(text, alphabet) === text;
  }

  function show(form) {
    const text = form.elements.text.value;
    meter(form.querySelector("[data-segments]"), segments.measure(text, form.dataset.alphabet, form.dataset.extended));
    warn(form, text);
  }

  function open(form) {
    const box = form.elements.text;
    if (!box.value) box.value = kept(place(form));
    show(form);
  }

  function written(form) {
    keep(place(form), form.elements.text.value);
    show(form);
  }

  function empty(form) {
    keep(place(form), "");
    const box = document.getElementById("answer");
    if (!box) return;
    box.value = "";
    show(box.form);
    box.focus();
  }

  // The focus goes on to the text: further letters are no keys that do something.
  function showKept() {
    const part = document.querySelector("[data-kept]");
    if (!part) return;
    const box = part.querySelector("textarea");
    box.value = kept(PREFIX + part.dataset.kept);
    part.hidden = !box.value;
    if (isTyping && !part.hidden) box.focus({ preventScroll: true });
  }

  // Put a text where the cursor is; in an empty box it is the whole text.
  function insert(text) {
    const box = document.getElementById("answer");
    if (!box?.form?.dataset.composer) return false;
    box.focus();
    box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
    written(box.form);
    return true;
  }

  document.addEventListener("input", (event) => event.target.form?.dataset.composer && written(event.target.form));
  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.dataset.composer) {
      event.preventDefault();
      if (!form.querySelector("[data-send]").disabled) form.requestSubmit();
    }
  });
  document.addEventListener("click", (event) => {
    const canned = event.target.closest("[data-insert]");
    if (canned && insert(canned.dataset.insert)) {
      event.preventDefault();
      canned.closest("[popover]")?.hidePopover();
      document.getElementById("answer").focus();
    }
    const again = event.target.closest("[data-again]");
    if (again && insert(again.dataset.again)) event.preventDefault();
    const thrown = event.target.closest("[data-throw-away]")?.closest("[data-kept]");
    if (thrown) {
      keep(PREFIX + thrown.dataset.kept, "");
      showKept();
      document.querySelector("[data-timeline]")?.focus({ preventScroll: true });
    }
    const plainly = event.target.closest("[data-plainly]");
    if (plainly) {
      const { form } = plainly;
      form.elements.text.value = segments.plainly(form.elements.text.value, form.dataset.alphabet);
      written(form);
      form.elements.text.focus();
    }
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-signs-out]")) return;
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  });
  window.addEventListener("storage", (event) => {
    const box = document.getElementById("answer");
    if (!box?.form?.dataset.composer || event.key !== place(box.form) || document.activeElement === box) return;
    box.value = event.newValue ?? "";
    show(box.form);
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const context = event.detail.ctx;
    const form = context?.sourceElement;
    if (!form?.dataset?.composer) return;
    const status = context.response?.status ?? 0;
    if (status >= 200 && status < 400) empty(form);
    const unsent = document.querySelector("[data-unsent]");
    if (unsent) unsent.hidden = (status >= 200 && status < 400) || status === 422;
  });
  document.addEventListener("htmx:before:swap", () => { isTyping = document.activeElement?.id === "answer"; });
  document.addEventListener("htmx:after:swap", () => { forms().forEach(open); showKept(); });
  document.addEventListener("DOMContentLoaded", () => {
    for (const one of document.querySelectorAll("[data-scripted]")) one.hidden = false;
    forms().forEach(open);
    showKept();
  });
})();
