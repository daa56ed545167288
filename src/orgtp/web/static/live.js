// Keeps an open page up to date: the server tells when the org has changed, and the page loads itself again if it shows
// something else then. What a person has begun to type is never lost: the page only says that it has changed.

/**
 * Must run before the scripts of the page, which change what the server sent.
 * @param {HTMLElement} root the main element; its attribute data-live is the address of the events
 */
export function setUpLive(root) {
  const address = root.dataset.live;
  if (!address || typeof EventSource === "undefined") return;
  const sent = root.innerHTML;
  // Something may have changed between the page and the connection, as in a tab that is looked at for the first time now.
  let known = root.dataset.version ?? "";
  /** @type {EventSource | null} */
  let events = null;

  /** @param {MessageEvent<string>} event */
  function hear(event) {
    const told = String(JSON.parse(event.data).version);
    if (told !== known) void update();
    known = told;
  }

  async function update() {
    // A page that is being left gets no answer, or half of one.
    const text = await fetch(location.href, { credentials: "same-origin" })
      .then((answer) => (answer.ok && !answer.redirected ? answer.text() : null))
      .catch(() => null);
    if (text === null) return;
    const page = new DOMParser().parseFromString(text, "text/html");
    const main = page.getElementById(root.id);
    if (!main || main.dataset.page !== root.dataset.page) return;
    if (main.innerHTML === sent) showWhen(page);
    else if (isTypedIn(root)) sayChanged(root);
    else location.reload();
  }

  // A page in the background needs no connection: browsers have few of them for each server.
  function connect() {
    if (document.hidden) {
      events?.close();
      events = null;
    } else if (!events) {
      events = new EventSource(/** @type {string} */ (address));
      events.addEventListener("version", hear);
      events.addEventListener("changed", hear);
    }
  }

  document.addEventListener("visibilitychange", connect);
  addEventListener("pagehide", () => events?.close());
  connect();
}

/** @param {Document} page */
function showWhen(page) {
  document.documentElement.dataset.stamp = page.documentElement.dataset.stamp ?? "";
  for (const place of [".top .asof", ".foot"]) {
    const before = document.querySelector(place);
    const after = page.querySelector(place);
    if (before && after) before.replaceWith(document.importNode(after, true));
  }
}

/**
 * Whether a person has begun to fill in a field.
 * @param {HTMLElement} root
 */
export function isTypedIn(root) {
  for (const field of root.querySelectorAll("input, textarea, select")) {
    if (field instanceof HTMLInputElement && field.type !== "hidden") {
      if (field.value !== field.defaultValue || field.checked !== field.defaultChecked) return true;
    }
    if (field instanceof HTMLTextAreaElement && field.value !== field.defaultValue) return true;
    if (field instanceof HTMLSelectElement && [...field.options].some((one) => one.selected !== one.defaultSelected)) {
      // A list without a choice of its own shows its first entry.
      if (field.selectedIndex > 0) return true;
    }
  }
  return root.contains(document.activeElement) && document.activeElement?.matches("input, textarea, select") === true;
}

/** @param {HTMLElement} root */
function sayChanged(root) {
  if (root.querySelector(".notice.live")) return;
  const notice = document.createElement("div");
  notice.className = "notice live";
  notice.setAttribute("role", "status");
  const text = document.createElement("p");
  text.textContent = "Others have changed what this page shows. What you have typed is still here. ";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = "Load it again";
  button.addEventListener("click", () => location.reload());
  text.append(button);
  notice.append(text);
  root.prepend(notice);
}
