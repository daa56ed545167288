// My numbers: says whether a value is on target as it is typed, and whether it looks mistyped. The server decides.

/** @param {HTMLElement} root */
export function setUpNumbers(root) {
  const form = root.querySelector("form[data-numbers]");
  if (!(form instanceof HTMLFormElement)) return;
  const update = () => countNumbers(form);
  for (const field of form.querySelectorAll("[data-number]")) {
    if (field instanceof HTMLElement) setUpNumber(field, update);
  }
  update();
  const wrong = root.querySelector("[data-wrong]");
  if (wrong instanceof HTMLElement) wrong.focus();
}

/**
 * @param {HTMLElement} field
 * @param {() => void} update
 */
function setUpNumber(field, update) {
  const input = field.querySelector("[name^='value.']");
  const unknown = field.querySelector(".no");
  if (!(input instanceof HTMLInputElement || input instanceof HTMLSelectElement)) return;
  if (!(unknown instanceof HTMLInputElement)) return;
  input.addEventListener("input", () => {
    input.removeAttribute("aria-invalid");
    if (input.value.trim()) unknown.checked = false;
    tellNumber(field, input.value);
    update();
  });
  unknown.addEventListener("change", () => {
    if (unknown.checked) input.value = "";
    tellNumber(field, input.value);
    update();
    const reason = field.querySelector("[name^='reason.']");
    if (unknown.checked && reason instanceof HTMLElement) reason.focus();
  });
  if (input.value && !input.hasAttribute("aria-invalid")) tellNumber(field, input.value);
}

/**
 * Say below the field what the typed value means.
 *
 * @param {HTMLElement} field
 * @param {string} typed
 */
function tellNumber(field, typed) {
  const told = field.querySelector("[data-told]");
  if (!told) return;
  const { kind = "", currency = "", operator = "", low = "", high = "" } = field.dataset;
  const amount = parseAmount(typed, kind, currency);
  const doubt = amount === null ? "" : findDoubt(amount, field.dataset);
  const isOn = amount === null || !operator ? null : isMet(amount, operator, Number(low), Number(high));
  told.className = doubt ? "msg doubt" : isOn ? "msg ok" : "msg";
  const sign = doubt ? "late" : isOn ? "on" : "off";
  told.replaceChildren();
  if (!doubt && isOn === null) return;
  const words = document.createElement("span");
  words.textContent = doubt || (isOn ? "On target" : "Off target");
  told.append(makeNumberSign(sign), words);
}

/** @param {string} kind */
function makeNumberSign(kind) {
  const space = "http://www.w3.org/2000/svg";
  const sign = document.createElementNS(space, "svg");
  sign.setAttribute("class", `sg is-${kind}`);
  sign.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `#s-${kind}`);
  sign.append(use);
  return sign;
}

/**
 * The amount as the server would read it; null if this script is not sure. A duration is in seconds.
 *
 * @param {string} typed
 * @param {string} kind
 * @param {string} currency
 * @returns {number | null}
 */
export function parseAmount(typed, kind, currency) {
  const text = typed.trim();
  if (kind === "yes") return { yes: 1, no: 0 }[text] ?? null;
  if (kind === "time") {
    const clock = /^(\d{1,2}):(\d\d)$/.exec(text);
    return clock ? (Number(clock[1]) * 60 + Number(clock[2])) * 60 : null;
  }
  if (kind === "duration") return parseDuration(text);
  let number = text;
  if (kind === "percent") number = number.replace(/\s*%$/, "");
  if (kind === "money") number = number.replace(/^\$\s*/, "").replace(new RegExp(`^${currency}\\s*`), "");
  if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(number)) number = number.replaceAll(",", "");
  return /^-?\d+(\.\d+)?$/.test(number) ? Number(number) : null;
}

/**
 * @param {string} text
 * @returns {number | null}
 */
function parseDuration(text) {
  const parts = /^(?=\d)(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text);
  if (!parts) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/**
 * @param {number} amount
 * @param {string} operator
 * @param {number} low
 * @param {number} high
 */
function isMet(amount, operator, low, high) {
  if (operator === ">=") return amount >= low;
  if (operator === "<=" || operator === "by") return amount <= high;
  if (operator === "before") return amount < high;
  if (operator === "outside") return amount < low || amount > high;
  return amount >= low && amount <= high;
}

/**
 * Why the amount looks mistyped; "" if it does not. It never keeps the form from being sent.
 *
 * @param {number} amount
 * @param {DOMStringMap} data
 */
function findDoubt(amount, { kind, typical, least, most }) {
  const usual = Number(typical);
  if (kind === "percent" && typical && usual && amount) {
    const factor = amount / usual;
    if (factor >= 0.005 && factor <= 0.02) return `About a hundredth of what is usual. Is ${trimNumber(amount * 100)}% meant?`;
    if (factor >= 50 && factor <= 200) return `About a hundred times what is usual. Is ${trimNumber(amount / 100)}% meant?`;
  }
  if (amount < 0 && least !== undefined && Number(least) >= 0) return "This would be the first negative value. Is it meant?";
  if (kind === "percent" && amount > 100 && most !== undefined && Number(most) <= 100) return "This would be the first value above 100%. Is it meant?";
  if (kind === "time" && typical && usual - amount > 43200) return "Far before the usual time. After midnight, write 24:15 for 0:15.";
  return "";
}

/** @param {number} amount */
function trimNumber(amount) {
  return String(Number(amount.toPrecision(6)));
}

/**
 * Say on the button how many numbers it records.
 *
 * @param {HTMLFormElement} form
 */
function countNumbers(form) {
  const send = form.querySelector("[data-send]");
  if (!send) return;
  const values = [...form.querySelectorAll("[name^='value.']")];
  const filled = values.filter((one) => (one instanceof HTMLInputElement || one instanceof HTMLSelectElement) && one.value.trim());
  const count = filled.length + form.querySelectorAll(".no:checked").length;
  send.textContent = count === 0 ? "Record" : `Record ${count} ${count === 1 ? "number" : "numbers"}`;
}
