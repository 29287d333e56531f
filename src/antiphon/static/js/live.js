// Keeps a page live. An element with `data-live` names a stream; at each change the regions it concerns (`data-heard`: the
// topics, or none for all) ask for themselves again (htmx: trigger "heard"), so what is pushed is what the page would show.
// What is one's own comes quickly: topics that a region names in `data-at-once` too; the rest of such a region may wait a little.
// A region with `data-calm` is updated in place while pointer or focus is in it, and set in order a second after they left.
// A lost stream is said, and tried again, with a fresh ticket where the old one is no longer good; what was missed is told first.
(() => {
  const CALM_MS = 1000;
  const GATHER_MS = 30;
  const QUICK_MS = 200;
  const GAP_MS = 500;
  const SLOW_MS = 1500;
  const HUNG_MS = 10000;
  const SOON_MS = 2000;
  const MINUTE_MS = 60000;
  const OFTEN_MS = 15000;
  const STILL_MS = 40000;
  const BACK_OFF_MS = [1000, 2000, 5000, 15000, 30000];
  let stream = null;
  let lostAt = null;
  let tries = 0;
  let retrying = null;
  let gathering = null;
  let soon = null;
  let awakeAt = Date.now();
  const wanted = new Map();
  const asking = new Map();
  const held = [];
  const leaving = new Map();
  const askedAt = new Map();

  const holder = () => document.querySelector("[data-live]");
  const regions = () => [...document.querySelectorAll("[data-heard]")];
  const isTouched = (region) => region.hasAttribute("data-calm") && (region.matches(":hover") || region.contains(document.activeElement));
  const concerns = (region, topics) => {
    const own = region.dataset.heard.split(" ").filter(Boolean);
    return own.length === 0 || topics.length === 0 || own.some((topic) => topics.includes(topic));
  };

  // What a region shows now, by its own address: nothing is moved, only what stands in its rows and counts is brought up to date.
  async function patch(region) {
    const headers = { "HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": location.href, "HX-Target": `${region.localName}#${region.id}` };
    const response = await fetch(region.getAttribute("hx-get"), { headers, credentials: "same-origin" });
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html").getElementById(region.id);
    if (!fresh || !region.isConnected) return;
    for (const name of ["data-live", "data-waiting"]) if (fresh.hasAttribute(name)) region.setAttribute(name, fresh.getAttribute(name));
    for (const now of region.querySelectorAll(":is(a, span, b)[id]")) {
      const then = fresh.querySelector(`[id="${now.id}"]`);
      if (then && now.innerHTML !== then.innerHTML) now.innerHTML = then.innerHTML;
      if (then) for (const name of ["data-unread", "data-waits"]) now.toggleAttribute(name, then.hasAttribute(name));
    }
    region.dispatchEvent(new CustomEvent("live:patched", { bubbles: true }));
  }

  async function refresh(region) {
    if (!region?.isConnected) return;
    askedAt.set(region.id, Date.now());
    asking.set(region.id, Date.now());
    if (!isTouched(region)) {
      htmx.trigger(region, "heard");
      return;
    }
    settle(region.id);
    await patch(region).catch(() => {});
    answered(region.id);
  }

  function answered(id) {
    if (asking.delete(id)) gather();
  }

  // Set a region in order once it has been left alone for a second.
  function settle(id) {
    clearTimeout(leaving.get(id));
    leaving.set(id, setTimeout(() => {
      const region = document.getElementById(id);
      if (!region) return;
      if (isTouched(region)) settle(id);
      else htmx.trigger(region, "heard");
    }, CALM_MS));
  }

  // A region that waits for its answer is not asked for again before that has come: it would never be up to date when answers are slow.
  function gather() {
    clearTimeout(gathering);
    const now = Date.now();
    const free = (id) => (asking.has(id) ? asking.get(id) + HUNG_MS : 0);
    for (const [id, due] of [...wanted]) {
      if (Math.max(due, free(id)) > now) continue;
      wanted.delete(id);
      refresh(document.getElementById(id));
    }
    const next = Math.min(...[...wanted].map(([id, due]) => Math.max(due, free(id))));
    if (Number.isFinite(next)) gathering = setTimeout(gather, Math.max(0, next - Date.now()));
  }

  function gap(region, topics) {
    if (!region.dataset.atOnce || topics.length === 0) return GAP_MS;
    return region.dataset.atOnce.split(" ").some((topic) => topics.includes(topic)) ? QUICK_MS : SLOW_MS;
  }

  function want(topics) {
    const now = Date.now();
    for (const region of regions().filter((one) => concerns(one, topics))) {
      const due = Math.max(now + GATHER_MS, (askedAt.get(region.id) ?? 0) + gap(region, topics));
      wanted.set(region.id, Math.min(due, wanted.get(region.id) ?? Infinity));
    }
    gather();
  }

  function heard(event) {
    let told = {};
    try { told = JSON.parse(event?.data ?? "{}"); } catch { /* everything, then */ }
    awakeAt = Date.now();
    want(told.topics ?? []);
  }

  function say() {
    for (const line of document.querySelectorAll("[data-lost]")) {
      line.hidden = lostAt === null;
      const words = line.querySelector("[data-lost-words]");
      if (words && lostAt !== null) words.textContent = words.dataset.lostWords.replace("%s", lostAt);
    }
  }

  // The clock of the account, as everywhere on the page.
  const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: document.body.dataset.zone });

  // What is shown without a connection cannot be fetched then: the icons of these lines are held from the start.
  function prepare() {
    for (const icon of document.querySelectorAll("[data-lost] .icon, [data-unsent] .icon")) {
      const [, url] = getComputedStyle(icon).maskImage.match(/url\("(.+)"\)/) ?? [];
      if (url) held.push(Object.assign(new Image(), { crossOrigin: "anonymous", src: url }));
    }
  }

  function lost() {
    lostAt ??= clock();
    say();
  }

  function found() {
    const wasLost = lostAt !== null;
    lostAt = null;
    tries = 0;
    say();
    if (wasLost) want([]);
  }

  function retry(ms) {
    clearTimeout(retrying);
    retrying = setTimeout(again, ms);
  }

  function listen() {
    stream?.close();
    const from = holder();
    if (!from || !from.dataset.live) return;
    const opened = new EventSource(from.dataset.live);
    stream = opened;
    opened.addEventListener("open", found);
    opened.addEventListener("change", heard);
    opened.addEventListener("error", () => {
      if (stream !== opened) return;
      if (document.visibilityState === "hidden" && opened.readyState !== EventSource.CLOSED) return;
      lost();
      if (opened.readyState === EventSource.CLOSED) retry(BACK_OFF_MS[Math.min(tries++, BACK_OFF_MS.length - 1)]);
    });
  }

  // A ticket opens a stream for a minute only: the region that carries it is asked for first, then the stream.
  async function again() {
    const from = holder();
    if (!from) return;
    if (isTouched(from)) {
      await patch(from).catch(() => {});
      settle(from.id);
      listen();
    } else {
      from.addEventListener("htmx:finally:request", () => listen(), { once: true });
      htmx.trigger(from, "heard");
    }
    want([]);
  }

  // A laptop that slept, or a network that went and came, may leave a stream that is dead without knowing.
  function wake() {
    const slept = Date.now() - awakeAt > STILL_MS;
    awakeAt = Date.now();
    if (slept || lostAt !== null) again();
  }

  function tick() {
    if (Date.now() - awakeAt > MINUTE_MS + STILL_MS) wake();
    awakeAt = Date.now();
    for (const region of regions()) if (region.hasAttribute("data-calm")) refresh(region);
  }

  // What is told of by no stream, since every text in and out would: looked at now and then, while somebody may be looking.
  function glance() {
    if (document.visibilityState !== "visible") return;
    for (const region of regions()) if (region.hasAttribute("data-often")) refresh(region);
  }

  // While something is under way that nobody is told the end of, look again soon.
  function look() {
    say();
    clearTimeout(soon);
    const waiting = document.querySelector("[data-heard][data-soon]");
    if (waiting) soon = setTimeout(() => refresh(document.getElementById(waiting.id)), SOON_MS);
  }

  window.addEventListener("pagehide", () => stream?.close());
  window.addEventListener("pageshow", (event) => event.persisted && again());
  window.addEventListener("offline", () => { stream?.close(); stream = null; if (holder()) lost(); });
  window.addEventListener("online", () => { lost(); again(); });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && holder() && wake());
  document.addEventListener("htmx:finally:request", (event) => answered(event.target.id));
  document.addEventListener("htmx:after:swap", look);
  document.addEventListener("live:patched", say);
  document.addEventListener("DOMContentLoaded", () => {
    listen();
    look();
    prepare();
    setInterval(tick, MINUTE_MS);
    setInterval(glance, OFTEN_MS);
  });
})();
