// The slider over the days of the chart page. It knows the days; the chart shows what they were.

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const LONG_WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LONG_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const MS_OF_DAY = 86_400_000;

/** @param {string} day */
const parseDay = (day) => new Date(`${day}T12:00:00Z`);

/** A day as the pages write it: Fri 27 Nov 2026. @param {string} day */
export function formatDay(day) {
  const at = parseDay(day);
  return `${WEEKDAYS[at.getUTCDay()]} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** A day as it is said: Friday 27 November 2026. @param {string} day */
function sayDay(day) {
  const at = parseDay(day);
  return `${LONG_WEEKDAYS[at.getUTCDay()]} ${at.getUTCDate()} ${LONG_MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`;
}

/** The number of the ISO week that a day is in. @param {string} day */
function findWeek(day) {
  const thursday = parseDay(day);
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7));
  return Math.ceil(((+thursday - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / MS_OF_DAY + 1) / 7);
}

/**
 * @param {HTMLElement} root @param {string[]} days
 * @param {{isPast: boolean, show: (day: number) => void}} hooks  `show` is called with the number of a day
 */
export function setUpTime(root, days, { isPast, show }) {
  const bar = root.querySelector("[data-time]");
  const slider = bar?.querySelector("input");
  const label = bar?.querySelector("[data-day]");
  const ticks = bar?.querySelector(".ticks");
  const told = [...root.querySelectorAll("[data-changes] > li")].filter((one) => one instanceof HTMLElement);
  if (!(bar instanceof HTMLElement) || !slider || !label || !ticks || days.length < 2) return;
  const last = days.length - 1;
  let before = last;

  /** The number of the newest day that is not after this one. @param {string} day */
  const findDay = (day) => Math.max(0, days.filter((one) => one <= day).length - 1);
  /** The first day that shows what changed on this one. @param {string} day */
  const findDayWith = (day) => days.findIndex((one) => one >= day);
  const marks = [...new Set(told.map((one) => findDayWith(one.dataset.at ?? "")).filter((one) => one >= 0))].sort((a, b) => a - b);

  /** @param {string} tag @param {number} day @param {string} [text] */
  function addTick(tag, day, text = "") {
    const tick = document.createElement(tag);
    tick.textContent = text;
    tick.style.left = `calc(8px + (100% - 16px) * ${(day / last).toFixed(4)})`;
    ticks?.append(tick);
  }

  for (const day of marks) addTick("i", day);
  days.forEach((day, number) => {
    const isMonday = parseDay(day).getUTCDay() === 1;
    if (isMonday && (last - number > 3 || days.length < 21)) addTick("span", number, `W${findWeek(day)}`);
  });

  /** @param {number} day */
  function moveTo(day) {
    if (!slider || !label) return;
    slider.value = String(day);
    const text = days[day] ?? "";
    const [weekday = "", ...date] = formatDay(text).split(" ");
    const strong = document.createElement("b");
    strong.textContent = date.join(" ");
    label.replaceChildren(`${weekday} `, strong, day === last && !isPast ? ", now" : "");
    slider.setAttribute("aria-valuetext", sayDay(text) + (day === last && !isPast ? ", now" : ""));
    root.classList.toggle("past", day < last);
    markChanges(day);
    before = day;
    show(day);
  }

  /** What changed after the day is grey; what changed since the day that was shown before is marked. @param {number} day */
  function markChanges(day) {
    const [text, since] = [days[day] ?? "", days[before < day ? before : Math.max(0, day - 7)] ?? ""];
    /** @type {HTMLElement | undefined} */
    let newest;
    for (const one of told) {
      const at = one.dataset.at ?? "";
      one.classList.toggle("later", at > text);
      one.classList.toggle("now", day < last && at <= text && at > since);
      if (!newest && at <= text) newest = one;
    }
    const rail = root.querySelector(".changes");
    if (rail instanceof HTMLElement && newest && getComputedStyle(rail).overflowY === "auto") {
      rail.scrollTop = day < last ? newest.offsetTop - rail.offsetTop - 60 : 0;
    }
  }

  slider.max = String(last);
  slider.value = String(last);
  slider.addEventListener("input", () => moveTo(+slider.value));
  for (const button of bar.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      const forward = button instanceof HTMLElement && button.dataset.step === "1";
      const day = +slider.value;
      moveTo((forward ? marks.find((one) => one > day) : marks.filter((one) => one < day).pop()) ?? (forward ? last : 0));
    });
  }
  for (const one of told) {
    one.querySelector("time")?.addEventListener("click", () => moveTo(findDayWith(one.dataset.at ?? "")));
  }
  slider.setAttribute("aria-valuetext", sayDay(days[last] ?? "") + (isPast ? "" : ", now"));
  bar.hidden = false;
  return { moveTo: (/** @type {string} */ day) => moveTo(findDay(day)) };
}
