// The answer box: keeps a draft per conversation for as long as the tab lives, counts segments, sends with Ctrl or Cmd Enter,
// is emptied only when the answer was taken, and says so when the site could not be reached.
(() => {
  const BASIC = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
  const EXTENDED = /[\^{}\\[~\]|€]/g;

  function measure(text) {
    const isBasic = BASIC.test(text);
    const length = isBasic ? text.length + (text.match(EXTENDED) ?? []).length : text.length;
    const [one, many] = isBasic ? [160, 153] : [70, 67];
    const count = length <= one ? 1 : Math.ceil(length / many);
    return { length, room: count === 1 ? one : count * many, count };
  }

  function show(form) {
    const line = form.querySelector("[data-segments]");
    const { length, room, count } = measure(form.elements.text.value);
    line.hidden = length === 0;
    line.querySelector("progress").max = room;
    line.querySelector("progress").value = length;
    const words = count === 1 ? line.dataset.segment : line.dataset.segments;
    line.querySelector("span").textContent = words.replace("%used", length).replace("%room", room).replace("%count", count);
  }

  const place = (form) => `draft:${form.dataset.composer}`;

  function open(form) {
    const box = form.elements.text;
    if (!box.value) box.value = sessionStorage.getItem(place(form)) ?? "";
    show(form);
  }

  function empty(form) {
    sessionStorage.removeItem(place(form));
    const box = document.getElementById("answer");
    if (!box) return;
    box.value = "";
    show(box.form);
    box.focus();
  }

  const forms = () => document.querySelectorAll("form[data-composer]");

  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (!form?.dataset.composer) return;
    sessionStorage.setItem(place(form), form.elements.text.value);
    show(form);
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.form;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.dataset.composer) {
      event.preventDefault();
      form.requestSubmit();
    }
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
  document.addEventListener("htmx:after:swap", () => forms().forEach(open));
  document.addEventListener("DOMContentLoaded", () => forms().forEach(open));
})();
