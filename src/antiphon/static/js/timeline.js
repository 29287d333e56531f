// A timeline follows its end only while it is there; else it says how many replies are new below, and stays put, also when an earlier
// conversation is put above what is read.
(() => {
  const NEAR_PX = 48;
  let before = null;
  let asker = null;
  let isFollowing = true;
  let unseen = 0;

  const find = () => document.querySelector("[data-timeline]");
  const isAtEnd = (line) => line.scrollHeight - line.scrollTop - line.clientHeight < NEAR_PX;
  const replies = (line) => line.querySelectorAll('[data-kind="reply"]:not(.past *)').length;
  const entries = (line) => line.querySelectorAll("article:not(.past *)").length;
  const top = (element) => element.getBoundingClientRect().top;

  // What stands first in sight: it stays there, whatever comes above it.
  const held = (line) => [...line.querySelectorAll("article, .system")].find((one) => one.getBoundingClientRect().bottom > top(line));

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
    // A box that grows below it takes nothing out of sight.
    new ResizeObserver(() => isFollowing && toEnd(line)).observe(line);
    line.addEventListener("scroll", () => {
      isFollowing = isAtEnd(line);
      if (unseen && isAtEnd(line)) { unseen = 0; tell(line); }
    }, { passive: true });
  });
  document.addEventListener("htmx:before:swap", () => {
    const line = find();
    if (!line) return;
    const seen = held(line);
    const { activeElement } = document;
    asker = activeElement?.matches("[data-earlier]") ? activeElement : null;
    before = { isAtEnd: isAtEnd(line), replies: replies(line), entries: entries(line), scrolled: line.scrollTop, seen, place: seen && top(seen) };
  });
  document.addEventListener("htmx:after:swap", () => {
    const line = find();
    if (!line || !before) return;
    // The link that brought an earlier conversation is gone: whoever pressed it scrolls on from here.
    if (asker?.isConnected === false) line.focus({ preventScroll: true });
    if (before.isAtEnd) {
      if (entries(line) !== before.entries || !isAtEnd(line)) toEnd(line);
      return;
    }
    if (before.seen?.isConnected) line.scrollTop += top(before.seen) - before.place;
    else line.scrollTop = before.scrolled;
    unseen += Math.max(0, replies(line) - before.replies);
    tell(line);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-new]")) toEnd(find());
  });
})();
