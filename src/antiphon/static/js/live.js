// Keeps a page live. An element with `data-live` names a stream; at each change every region with `data-heard` asks for
// itself again (htmx: trigger "heard"), so what is pushed is what the page would show. A region with `data-calm` waits
// until pointer and focus have left it for a second. A lost stream is said, and tried again with a fresh ticket.
(() => {
  const CALM_MS = 1000;
  const GATHER_MS = 120;
  const BACK_OFF_MS = [1000, 2000, 5000, 15000, 30000];
  let stream = null;
  let lostAt = null;
  let tries = 0;
  let gathering = null;
  const leaving = new Map();

  const holder = () => document.querySelector("[data-live]");
  const regions = () => document.querySelectorAll("[data-heard]");
  const isTouched = (region) => region.matches(":hover") || region.contains(document.activeElement);

  function refresh(region) {
    if (region.hasAttribute("data-calm") && isTouched(region)) {
      clearTimeout(leaving.get(region.id));
      leaving.set(region.id, setTimeout(() => refresh(document.getElementById(region.id) ?? region), CALM_MS));
      return;
    }
    if (region.isConnected) htmx.trigger(region, "heard");
  }

  function heard() {
    clearTimeout(gathering);
    gathering = setTimeout(() => regions().forEach(refresh), GATHER_MS);
  }

  function say() {
    for (const line of document.querySelectorAll("[data-lost]")) {
      line.hidden = lostAt === null;
      const words = line.querySelector("[data-lost-words]");
      if (words && lostAt !== null) words.textContent = words.dataset.lostWords.replace("%s", lostAt);
    }
  }

  function lost() {
    if (lostAt === null) lostAt = new Date().toTimeString().slice(0, 5);
    say();
  }

  function found() {
    const wasLost = lostAt !== null;
    lostAt = null;
    tries = 0;
    say();
    if (wasLost) heard();
  }

  function listen() {
    const from = holder();
    if (!from || !from.dataset.live) return;
    stream = new EventSource(from.dataset.live);
    stream.addEventListener("open", found);
    stream.addEventListener("change", heard);
    stream.addEventListener("error", () => {
      if (document.visibilityState === "hidden" && stream.readyState !== EventSource.CLOSED) return;
      lost();
      if (stream.readyState !== EventSource.CLOSED) return;
      setTimeout(again, BACK_OFF_MS[Math.min(tries++, BACK_OFF_MS.length - 1)]);
    });
  }

  // A ticket opens a stream for a minute only: the region that carries it is asked for first, then the stream.
  function again() {
    const from = holder();
    if (!from) return;
    from.addEventListener("htmx:finally:request", () => listen(), { once: true });
    htmx.trigger(from, "heard");
  }

  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => event.persisted && listen());
  document.addEventListener("htmx:after:swap", say);
  document.addEventListener("DOMContentLoaded", listen);
})();
