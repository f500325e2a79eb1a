// The page of a session that is shown, seen from ours. A new state of it is made behind the one that is seen, and takes
// its place once it has loaded: one that does not parse never does. The other side is static/runner/preview.js.

/** Where the frame is served, with headers of its own. */
const PREVIEW = "/preview";
/** How long a new state may take to load before it is shown as it is, or given up, in milliseconds. */
const PATIENCE_MS = 3000;
/** UTF-16 units of one batch. */
const BATCH_UNITS = 512 * 1024;

/**
 * @typedef {object} Viewer what the wasm wants to hear
 * @property {(events: string, dropped: number) => void} batch
 * @property {(state: string) => void} settled `shown`, `broken` or `late`
 * @property {(leads: string) => void} go a link was followed
 */
/** @typedef {{element: HTMLIFrameElement, port: MessagePort | null, words: [string, number][], timer: number}} Shown */

/** @type {HTMLElement | null} */
let place = null;
/** @type {Viewer | null} */
let viewer = null;
/** @type {Shown | null} the state that is seen */
let seen = null;
/** @type {Shown | null} the one that is being made */
let next = null;
/** @type {string | null} a page that was to be shown before there was a place for it */
let early = null;

/** Where pages are shown. @param {HTMLElement} where @param {Viewer} to */
export function createPreview(where, to) {
  const waits = early;
  closePreview();
  early = waits;
  place = where;
  viewer = to;
  if (early !== null) showPreview(early, false);
  early = null;
}

/** Ends whatever is shown, and all that runs in it. */
export function closePreview() {
  for (const each of [seen, next]) if (each !== null) remove(each);
  seen = next = null;
  early = null;
}

/** @param {Shown} shown */
function remove({ element, port, timer }) {
  clearTimeout(timer);
  port?.close();
  element.remove();
}

/**
 * Shows a page. @param {string} page as JSON
 * @param {boolean} careful it may be half-written: what does not parse is not shown, and what it says neither
 */
export function showPreview(page, careful) {
  if (place === null || !place.isConnected) {
    early = page;
    return;
  }
  if (next !== null) remove(next);
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.title = "Preview";
  element.className = "preview-frame";
  element.dataset.state = seen === null ? "seen" : "next";
  element.src = PREVIEW;
  /** @type {Shown} */
  const made = { element, port: null, words: [], timer: 0 };
  next = made;
  made.timer = window.setTimeout(() => settle(made, "late", careful), PATIENCE_MS);
  element.addEventListener("load", () => {
    if (made.port !== null || next !== made) return;
    const { port1, port2 } = new MessageChannel();
    made.port = port1;
    port1.onmessage = ({ data }) => take(made, data, careful);
    element.contentWindow?.postMessage(JSON.parse(page), "*", [port2]);
  });
  place.append(element);
}

/** @param {Shown} from @param {unknown} data @param {boolean} careful */
function take(from, data, careful) {
  if ((from !== seen && from !== next) || !Array.isArray(data)) return;
  const [what, text, dropped] = data;
  if (what === "batch" && typeof text === "string" && text.length <= BATCH_UNITS) {
    if (from === seen) viewer?.batch(text, Number(dropped) || 0);
    else from.words.push([text, Number(dropped) || 0]);
    if (from === next) from.port?.postMessage(null);
  } else if ((what === "shown" || what === "broken") && from === next) {
    settle(from, what, careful);
  } else if (what === "go" && typeof text === "string" && from === seen) {
    viewer?.go(text.slice(0, 500));
  }
}

/** @param {Shown} made @param {"shown" | "broken" | "late"} how @param {boolean} careful */
function settle(made, how, careful) {
  if (made !== next) return;
  next = null;
  clearTimeout(made.timer);
  if (careful && how !== "shown" && seen !== null) {
    remove(made);
  } else {
    if (seen !== null) remove(seen);
    seen = made;
    made.element.dataset.state = "seen";
    viewer?.settled(how);
    for (const [text, dropped] of made.words) viewer?.batch(text, dropped);
    made.words = [];
    return;
  }
  viewer?.settled(how);
}

/** A batch of what is seen was drawn: the next one may come. */
export function morePreview() {
  seen?.port?.postMessage(null);
}
