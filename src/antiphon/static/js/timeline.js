// A timeline follows its end only while it is there; else it says how many replies are new below, and stays put.
(() => {
  const NEAR_PX = 48;
  let before = null;
  let unseen = 0;

  const find = () => document.querySelector("[data-timeline]");
  const isAtEnd = (line) => line.scrollHeight - line.scrollTop - line.clientHeight < NEAR_PX;
  const replies = (line) => line.querySelectorAll('[data-kind="reply"]').length;
  const entries = (line) => line.querySelectorAll("article").length;

  function toEnd(line) {
    line.scrollTop = line.scrollHeight;
    unseen = 0;
    tell(line);
  }

  function tell(line) {
    const button = line.querySelector("[data-new]");
    button.hidden = unseen === 0;
    button.querySelector("span:not(.icon)").textContent = unseen === 1 ? button.dataset.one : button.dataset.many.replace("%s", unseen);
  }

  document.addEventListener("DOMContentLoaded", () => {
    const line = find();
    if (!line) return;
    toEnd(line);
    line.addEventListener("scroll", () => {
      if (unseen && isAtEnd(line)) { unseen = 0; tell(line); }
    }, { passive: true });
  });
  document.addEventListener("htmx:before:swap", () => {
    const line = find();
    before = line && { isAtEnd: isAtEnd(line), replies: replies(line), entries: entries(line), top: line.scrollTop };
  });
  document.addEventListener("htmx:after:swap", () => {
    const line = find();
    if (!line || !before) return;
    if (before.isAtEnd) {
      if (entries(line) !== before.entries || !isAtEnd(line)) toEnd(line);
      return;
    }
    line.scrollTop = before.top;
    unseen += Math.max(0, replies(line) - before.replies);
    tell(line);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-new]")) toEnd(find());
  });
})();
