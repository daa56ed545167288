// The meeting: one row a screen, keys, timers; who leads saves while going on, and who watches sees the same row.

import { readFragment } from "./fragment.js";
import { isTypedIn } from "./live.js";

const SECOND = 1000;
const HOUR = 3600;

/**
 * The time as minutes and seconds; a time that is over has a minus sign.
 * @param {number} seconds
 */
function formatClock(seconds) {
  const whole = Math.abs(Math.trunc(seconds));
  return `${seconds < 0 ? "\u2212" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/**
 * Count down the time of the row and of the meeting. It only informs.
 * @param {HTMLElement} meeting
 * @param {HTMLElement} clock
 * @param {() => number} countLeft how many rows are left, with this one
 * @returns {() => void} begins the time of another row
 */
function startClocks(meeting, clock, countLeft) {
  const total = Number(meeting.dataset.minutes) * 60;
  const began = Date.parse(meeting.dataset.began ?? "");
  const since = (Date.now() - began) / SECOND;
  // A review that goes on after a break has its time again.
  const start = since >= 0 && since < 4 * HOUR ? began : Date.now();
  let ofRow = 0;
  let rowStart = Date.now();
  const left = () => total - (Date.now() - start) / SECOND;
  const show = () => {
    const times = { row: ofRow - (Date.now() - rowStart) / SECOND, all: left() };
    for (const [name, seconds] of Object.entries(times)) {
      const shown = clock.querySelector(`[data-clock=${name}]`);
      if (!(shown instanceof HTMLElement)) continue;
      shown.textContent = formatClock(seconds);
      shown.classList.toggle("over", seconds < 0);
    }
  };
  clock.hidden = false;
  setInterval(show, SECOND);
  return () => {
    rowStart = Date.now();
    ofRow = Math.max(0, left()) / Math.max(1, countLeft());
    show();
  };
}

/**
 * Save the answers of a screen without leaving it. A form that is refused is sent again as a page, which says why.
 * @param {HTMLFormElement} form
 * @param {Element} screen
 * @param {HTMLButtonElement} button
 */
async function saveScreen(form, screen, button) {
  const all = new FormData(form, button);
  const body = new URLSearchParams();
  const own = new Set(["csrf", "week", "page", "do"]);
  for (const field of screen.querySelectorAll("[name]")) own.add(field.getAttribute("name") ?? "");
  for (const [name, text] of all) if (own.has(name) && typeof text === "string") body.append(name, text);
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.ok) return true;
  } catch {
    // Without a connection, the page itself says so.
  }
  form.requestSubmit(button);
  return false;
}

/** @param {EventTarget | null} target */
function takesText(target) {
  const isText = target instanceof HTMLInputElement && !["radio", "checkbox"].includes(target.type);
  return isText || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** @param {HTMLElement} root */
export function setUpMeeting(root) {
  const meeting = root.querySelector(".meeting");
  const bar = document.querySelector(".meet-bar");
  if (!(meeting instanceof HTMLElement) || !(bar instanceof HTMLElement)) return;
  const screens = [...meeting.querySelectorAll(".screen")].filter((one) => one instanceof HTMLElement);
  const steps = [...bar.querySelectorAll("[data-step]")];
  const clock = bar.querySelector(".clock");
  const form = meeting.querySelector("form");
  let current = 0;
  root.classList.add("one");

  const restart =
    clock instanceof HTMLElement
      ? startClocks(meeting, clock, () => screens.slice(current).filter((one) => one.classList.contains("row")).length)
      : () => {};

  /** @param {number} number @param {boolean} focus */
  const show = (number, focus) => {
    const next = Math.max(0, Math.min(screens.length - 1, number));
    const screen = screens[next];
    if (!screen) return;
    const isOther = next !== current || !screen.classList.contains("here");
    current = next;
    screens.forEach((one, at) => one.classList.toggle("here", at === current));
    for (const step of steps) {
      if (step.getAttribute("data-step") === screen.id) step.setAttribute("aria-current", "step");
      else step.removeAttribute("aria-current");
    }
    steps.find((step) => step.hasAttribute("aria-current"))?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (isOther) restart();
    if (!focus) return;
    const heading = screen.querySelector("h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
    scrollTo(0, 0);
  };

  /** Show the screen that the address names, or one that has the part that it names; the first one otherwise. */
  /** @param {boolean} focus */
  const follow = (focus) => {
    const name = readFragment();
    const part = name ? document.getElementById(name) : null;
    const named = part ? screens.findIndex((one) => one.contains(part)) : -1;
    // A part of a screen, such as a field that is wrong, has the focus itself.
    if (named >= 0) show(named, focus && part === screens[named]);
    else if (!focus) show(0, false);
  };
  /** @param {number} number */
  const go = (number) => {
    // At once: a browser tells of the new address later, and a second key may come before.
    show(number, true);
    location.hash = encodeURIComponent(screens[current]?.id ?? "");
  };

  follow(false);
  addEventListener("hashchange", () => follow(true));
  addEventListener("keydown", (event) => {
    if (!root.offsetParent || takesText(event.target) || event.metaKey || event.ctrlKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const decision = { f: "fix", w: "watch" }[key];
    const screen = screens[current];
    if (key === "j") go(current + 1);
    else if (key === "k") go(current - 1);
    else if (decision && screen?.classList.contains("row")) {
      const choice = screen.querySelector(`[type=radio][value=${decision}]`);
      if (!(choice instanceof HTMLInputElement)) return;
      choice.checked = true;
      choice.focus();
    } else return;
    event.preventDefault();
  });

  const takeLead = joinMeeting(meeting, form, screens, go);
  if (form) {
    let isSaving = false;
    form.addEventListener("submit", (event) => {
      const button = event.submitter;
      if (isSaving || !(button instanceof HTMLButtonElement) || !button.dataset.next) return;
      event.preventDefault();
      isSaving = true;
      const here = current;
      const screen = screens[here];
      if (!screen) return;
      void saveScreen(form, screen, button).then((saved) => {
        isSaving = false;
        if (!saved) return;
        takeLead();
        const step = steps.find((one) => one.getAttribute("data-step") === screen.id);
        if (screen.querySelector("[type=radio]:checked")) step?.classList.add("done");
        if (current === here) go(here + 1);
      });
    });
  }
}

/**
 * Tell the others which row is on the screen, or go to the row of the one who leads. Two may have the form at once: the
 * server knows who leads, and the other one is told and follows, until something is typed.
 * @param {HTMLElement} meeting
 * @param {HTMLFormElement | null} form
 * @param {HTMLElement[]} screens
 * @param {(number: number) => void} go
 * @returns {() => void} notes that this person has saved, and so leads, before the server says the same
 */
function joinMeeting(meeting, form, screens, go) {
  const { week, events, position, csrf, seat, draft } = meeting.dataset;
  if (!week || !events || !position || location.protocol === "file:") return () => {};
  let take = meeting.dataset.take ? "1" : "";
  // While somebody takes over, the server may tell of the one before.
  let isTaking = false;
  let leads = Boolean(form && csrf);
  const mayFollow = () => !leads && !(form && isTypedIn(form));

  const tell = () => {
    if (!leads || !csrf) return;
    const here = screens.find((one) => one.classList.contains("here"));
    const fields = { csrf, week, row: here?.id ?? "", ...(take ? { take } : {}) };
    isTaking ||= take !== "";
    take = "";
    const sent = fetch(position, { method: "POST", body: new URLSearchParams(fields) });
    void sent.catch(() => {}).then(() => { isTaking = false; });
  };
  const lead = () => {
    take = "1";
    leads = true;
    sayWhoLeads(meeting, "", lead);
    tell();
  };

  /** @type {EventSource | null} */
  let source = null;
  // A page in the background needs no connection: browsers have few of them for each server.
  const connect = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else if (!source) {
      source = new EventSource(`${events}?week=${encodeURIComponent(week)}`);
      source.addEventListener("position", hear);
      source.addEventListener("saved", () => mayFollow() && location.reload());
      source.addEventListener("draft", (event) => {
        if (draft && JSON.parse(event.data).draft !== draft && !(form && isTypedIn(form))) location.reload();
      });
    }
  };
  /** @param {MessageEvent<string>} event */
  const hear = (event) => {
    if (isTaking) return;
    const told = JSON.parse(event.data);
    const isOther = Boolean(told.leader) && told.leader !== seat;
    if (form && told.leader) {
      leads = !isOther;
      sayWhoLeads(meeting, isOther ? told.leader_name : "", lead);
    }
    const says = meeting.querySelector("[data-watch]");
    if (!form && says && isOther) {
      says.firstChild?.replaceWith(`${told.leader_name} leads this review, and you see the same row. `);
    }
    const at = screens.findIndex((one) => one.id === told.row);
    if (isOther && at >= 0 && mayFollow()) go(at);
  };

  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", () => source?.close());
  addEventListener("hashchange", () => setTimeout(tell));
  tell();
  connect();
  return () => {
    leads = true;
    sayWhoLeads(meeting, "", lead);
  };
}

/**
 * Say above the form that another person leads; "" is nobody else.
 * @param {HTMLElement} meeting
 * @param {string} name
 * @param {() => void} lead takes over
 */
function sayWhoLeads(meeting, name, lead) {
  const before = meeting.querySelector("[data-other]");
  // Said once: a line that is replaced is read aloud again at each row, and its button loses the focus.
  if (before instanceof HTMLElement && before.dataset.other === name) return;
  before?.remove();
  if (!name) return;
  const line = document.createElement("p");
  line.className = "watch";
  line.setAttribute("role", "status");
  line.dataset.other = name;
  line.textContent = `${name} leads this review now, and you see the same row until you type. `;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = "Lead it yourself";
  button.addEventListener("click", lead);
  line.append(button);
  meeting.prepend(line);
}
