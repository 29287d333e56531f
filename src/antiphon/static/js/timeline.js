// A timeline follows its end only while it is there; else it says that there is news below and stays put.
(() => {
  const NEAR_PX = 48;
  const isAtEnd = (line) => line.scrollHeight - line.scrollTop - line.clientHeight < NEAR_PX;
  const toEnd = (line) => { line.scrollTop = line.scrollHeight; };
  const count = (line) => line.querySelectorAll("article").length;
  let before = null;

  const find = () => document.querySelector("[data-timeline]");

  document.addEventListener("DOMContentLoaded", () => {
    const line = find();
    if (line) toEnd(line);
  });
  document.addEventListener("htmx:before:swap", () => {
    const line = find();
    before = line && { isAtEnd: isAtEnd(line), count: count(line) };
  });
  document.addEventListener("htmx:after:swap", () => {
    const line = find();
    if (!line || !before) return;
    if (before.isAtEnd) toEnd(line);
    else if (count(line) > before.count) line.querySelector("[data-new]").hidden = false;
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-new]");
    if (!button) return;
    button.hidden = true;
    toEnd(find());
  });
})();
