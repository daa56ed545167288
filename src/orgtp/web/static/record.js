// The record: filters the rows of the page as you type. What a server finds elsewhere, its form asks for.

/** @param {HTMLElement} root */
export function setUpRecord(root) {
  const form = root.querySelector("form.recordfilter");
  if (!(form instanceof HTMLFormElement)) return;
  form.hidden = false;
  const apply = () => filterRecord(root, new FormData(form));
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => {
    if (form.dataset.served === undefined) event.preventDefault();
  });
  apply();
}

/**
 * Show the rows that fit, hide the days without any, and say how many there are.
 *
 * @param {HTMLElement} root
 * @param {FormData} asked
 */
function filterRecord(root, asked) {
  const want = (/** @type {string} */ name) => String(asked.get(name) ?? "").trim();
  const [words, seat, by, action] = [want("text").toLowerCase(), want("seat"), want("by"), want("action")];
  const [since, until] = [want("since"), want("until")];
  const status = root.querySelector(".found");
  let shown = 0;
  let all = 0;
  for (const day of root.querySelectorAll("tbody[data-day]")) {
    const date = day.getAttribute("data-day") ?? "";
    const fitsDay = (!since || date >= since) && (!until || date <= until);
    let left = 0;
    for (const row of day.querySelectorAll("tr[data-action]")) {
      if (!(row instanceof HTMLElement)) continue;
      const { seats = "", by: actor = "", action: did = "" } = row.dataset;
      const fits =
        fitsDay &&
        (!seat || seats.split(" ").includes(seat)) &&
        (!by || actor === by) &&
        (!action || did === action) &&
        (!asked.has("scores") || did !== "score") &&
        (!words || `${row.textContent} ${seats}`.toLowerCase().includes(words));
      row.hidden = !fits;
      all += 1;
      left += fits ? 1 : 0;
    }
    if (day instanceof HTMLElement) day.hidden = left === 0;
    shown += left;
  }
  if (status) status.textContent = shown === all ? "" : `${shown} of the ${all} on this page`;
}
