// Live parts, quiet forms, and the length of a text. Without it every form still works by loading the page anew.
"use strict";

document.documentElement.classList.add("has-script");
const notice = document.querySelector("[data-notice]");

function say(words, state) {
  notice.textContent = words;
  notice.dataset.state = state || "";
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { notice.textContent = ""; }, 6000);
}

// Parts: the server says which part changed and sends its HTML; what is being typed stays.

function partOf(name) {
  return document.querySelector(`[data-part="${CSS.escape(name)}"]`);
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html");
}

function swap(name, fresh) {
  const old = partOf(name);
  if (!old) {
    document.querySelector("[data-wall]")?.append(fresh);
  } else if (old.matches(".handset")) {
    swapHandset(old, fresh);
  } else {
    old.replaceWith(fresh);
  }
  scrollTalks();
}

function swapHandset(old, fresh) {
  if (fresh.dataset.state === "new" && old.dataset.state !== "new") noteNew(fresh.getAttribute("aria-label"));
  old.dataset.state = fresh.dataset.state;
  for (const place of [".handset-head", ".handset-talk"]) {
    const before = old.querySelector(place), after = fresh.querySelector(place);
    if (before.innerHTML !== after.innerHTML) before.innerHTML = after.innerHTML;
  }
  const before = old.querySelector(".handset-choice"), after = fresh.querySelector(".handset-choice");
  before.action = after.action;
  before.querySelector("button").innerHTML = after.querySelector("button").innerHTML;
}

// A broadcast reaches the whole wall: that is said once.

function noteNew(name) {
  noteNew.names = [...(noteNew.names || []), name];
  clearTimeout(noteNew.timer);
  noteNew.timer = setTimeout(() => {
    const names = noteNew.names;
    noteNew.names = [];
    say(names.length === 1 ? `${name} has a new text` : `${names.length} handsets have a new text`);
  }, 300);
}

function scrollTalks() {
  for (const talk of document.querySelectorAll(".handset-talk:not(:focus)")) talk.scrollTop = talk.scrollHeight;
}

let heard = 0;

async function readAgain() {
  let page, before, tries = 0;
  do { // a page read while news came in may be older than that news
    before = heard;
    page = parsed(await (await fetch(location.pathname)).text());
  } while (before !== heard && ++tries < 5);
  for (const fresh of page.querySelectorAll("[data-part]")) swap(fresh.dataset.part, fresh);
}

function readSoon() {
  readSoon.timer ??= setTimeout(() => { readSoon.timer = undefined; readAgain().catch(() => {}); }, 800);
}

const live = new EventSource("/live");
let wasLost = false;
live.onopen = () => {
  if (wasLost) say("Live again");
  wasLost = false;
  readAgain().catch(() => {}); // what changed between the page and the stream
};
live.onerror = () => { if (!wasLost) { wasLost = true; say("Not live: the sandbox does not answer, trying again", "late"); } };
live.onmessage = (event) => {
  const { part, html } = JSON.parse(event.data);
  heard += 1;
  const isShown = partOf(part) || (part.startsWith("handset-") && document.querySelector("[data-wall]"));
  if (!isShown) return;
  if (html) swap(part, parsed(html).body.firstElementChild);
  else readSoon();
};

// Quiet forms are sent without leaving the page; focus stays where it is.

async function sendQuietly(form) {
  const fields = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
  if (answer.type !== "opaqueredirect" && !answer.ok) {
    say(parsed(await answer.text()).querySelector("h1")?.textContent || "That did not work", "late");
    return;
  }
  if (form.matches(".handset-reply")) form.reset();
  if (form.matches("[data-when-changed]")) say("Faults are in use from now on");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  sendQuietly(form).catch(() => say("The sandbox does not answer", "late"));
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-when-changed]");
  if (form) form.requestSubmit();
});

// A new text counts as seen when its handset is touched.

function see(event) {
  const handset = event.target.closest?.('.handset[data-state="new"]');
  if (handset) fetch(handset.querySelector(".handset-reply").action.replace(/replies$/, "sight"), { method: "POST", redirect: "manual" });
}
document.addEventListener("focusin", see);
document.addEventListener("pointerdown", see);

// The campaign form: length in segments, and what the button will do.

const measured = document.querySelector("[data-measure]");
const text = document.getElementById("text");
const list = document.querySelector("[data-list]");

function measure() {
  const { alphabet, extended } = measured.dataset;
  const characters = [...text.value];
  const isGsm = characters.every((one) => alphabet.includes(one));
  const length = isGsm ? characters.length + characters.filter((one) => extended.includes(one)).length : text.value.length;
  const [one, many] = isGsm ? [160, 153] : [70, 67];
  const segments = length <= one ? 1 : Math.ceil(length / many);
  measured.textContent = `${length} of ${segments === 1 ? one : segments * many} · ${segments} segment${segments === 1 ? "" : "s"}`;
}

if (measured) text.addEventListener("input", measure);
list?.addEventListener("change", () => {
  const label = document.querySelector("[data-send]");
  if (label) label.textContent = `Send to ${list.selectedOptions[0].textContent}`;
});
scrollTalks();
