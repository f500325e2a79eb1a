// The frame that people's code runs under, seen from the page: made when it is first needed, replaced when it had to be
// thrown away. The other side is static/runner/frame.js. What comes from there is a stranger's: it is checked for its
// form here, and read as data in frontend/src/run/.

import { warmCompiler } from "./compile.js";
import { whenIdle } from "./idle.js";

/** Where the frame is served, with headers of its own. */
const RUNNER = "/runner";
/** How long the frame may take to end a worker before it is thrown away itself, in milliseconds. */
const STOP_MS = 30;
/** How long a program may take to end by itself when it is interrupted, in milliseconds. */
const INTERRUPT_MS = 55;
/** How long after a frame was thrown away a new one is made by itself, in milliseconds: what was in it takes its time to go. */
const AGAIN_MS = 1000;
/** How long making a first run ready keeps the page busy, in milliseconds. */
const WARM_MS = 30;
/** How often a running frame is asked whether it lives, and how many times it may owe the answer. */
const PING_MS = 1000;
const PINGS = 8;
/** UTF-16 units of one batch: what the frame passes on. */
const BATCH_UNITS = 512 * 1024;

/**
 * @typedef {object} Host what the wasm wants to hear
 * @property {(run: number, events: string, dropped: number, final: boolean) => void} batch
 * @property {(run: number, crashed: boolean) => void} stopped
 * @property {(run: number, prompt: string) => void} ask
 * @property {(done: number, total: number) => void} loading
 */

/**
 * @typedef {object} Frame
 * @property {HTMLIFrameElement} element
 * @property {MessagePort} port
 * @property {Promise<void>} up
 * @property {Promise<void> | null} python
 */

/** @type {Host | null} */
let host = null;
/** @type {Frame | null} */
let frame = null;
/** It was made ready for a program, once. */
let isWarm = false;
/** The run that goes on; 0 for none. */
let running = 0;
/** The run that the frame was told to start. */
let started = 0;
/** Asked since the frame was last heard. */
let owed = 0;
/** @type {ReturnType<typeof setInterval> | undefined} */
let pinging;

/** @param {Host} to */
export function attach(to) {
  host = to;
}

/** Makes the frame ready, if it is not. */
export function warm() {
  void theFrame();
}

/** Makes the frame ready when the page has nothing better to do. */
export function warmWhenIdle() {
  if (isWarm) return;
  isWarm = true;
  whenIdle(() => {
    warmCompiler();
    warm();
  }, WARM_MS);
}

/** @returns {Frame} */
function theFrame() {
  if (frame !== null) return frame;
  const element = document.createElement("iframe");
  element.setAttribute("sandbox", "allow-scripts");
  element.allow = "cross-origin-isolated";
  element.title = "Runner";
  element.tabIndex = -1;
  element.setAttribute("aria-hidden", "true");
  element.className = "runner-frame";
  element.src = RUNNER;
  const { port1: port, port2 } = new MessageChannel();
  /** @type {(value: void) => void} */
  let isUp = () => {};
  /** @type {Frame} */
  const made = { element, port, up: new Promise((resolve) => (isUp = resolve)), python: null };
  port.onmessage = ({ data }) => {
    if (frame !== made || !Array.isArray(data)) return;
    if (data[0] === "up") isUp();
    else take(data);
  };
  // An opaque origin has no name to send to; the frame is ours, and takes the first port alone.
  element.addEventListener("load", () => element.contentWindow?.postMessage(null, "*", [port2]), { once: true });
  document.body.append(element);
  frame = made;
  return made;
}

/** @param {unknown[]} message */
function take([what, run, a, b, c]) {
  owed = 0;
  if (what === "ready") return loaded?.();
  if (run !== running || running === 0) return;
  if (what === "batch" && typeof a === "string" && a.length <= BATCH_UNITS) {
    const final = c === true;
    const id = running;
    if (final) rest();
    host?.batch(id, a, Number(b) || 0, final);
  } else if (what === "stopped") {
    if (Number(a) > 0) host?.batch(running, "[]", Number(a), false);
    over(false);
  } else if (what === "ask") {
    host?.ask(running, String(a).slice(0, 500));
  }
}

/** The page has drawn a batch: the next one may come. */
export function more() {
  frame?.port.postMessage({ do: "more" });
}

/** Starts a program. @param {number} run @param {"script" | "python"} kind @param {string} program */
export async function start(run, kind, program) {
  running = run;
  const at = theFrame();
  await at.up;
  if (kind === "python") await readyPython(at);
  if (running !== run) return;
  owed = 0;
  clearInterval(pinging);
  pinging = setInterval(() => ping(run), PING_MS);
  started = run;
  at.port.postMessage({ do: "start", run, kind, program });
}

/** Ends a program, whatever it does. @param {number} run @param {boolean} gently it may be interrupted, and be used again */
export function stop(run, gently) {
  if (run !== running || frame === null) return;
  const { port } = frame;
  if (started !== run) return rest();
  const end = () => {
    if (run !== running) return;
    port.postMessage({ do: "stop", run });
    setTimeout(() => run === running && discard(false), STOP_MS);
  };
  if (!gently) return end();
  port.postMessage({ do: "interrupt", run });
  setTimeout(end, INTERRUPT_MS);
}

/** Throws the frame away, and all that runs in it with it. @param {boolean} crashed */
function discard(crashed) {
  frame?.element.remove();
  frame?.port.close();
  frame = null;
  over(crashed);
  setTimeout(() => whenIdle(warm), AGAIN_MS);
}

/** @param {boolean} crashed */
function over(crashed) {
  const run = running;
  rest();
  if (run !== 0) host?.stopped(run, crashed);
}

function rest() {
  running = 0;
  clearInterval(pinging);
}

/** A frame that ran out of memory is gone without a word. @param {number} run */
function ping(run) {
  if (run !== running || document.hidden) return;
  owed += 1;
  if (owed > PINGS) discard(true);
  else frame?.port.postMessage({ do: "ping" });
}

/** The line that a program waits for. @param {string} text */
export function line(text) {
  frame?.port.postMessage({ do: "line", text });
}

/** @type {(() => void) | undefined} */
let loaded;

/** @param {Frame} at */
function readyPython(at) {
  at.python ??= loadPython(at).catch((error) => {
    // The next run tries again.
    at.python = null;
    throw error;
  });
  return at.python;
}

/** @param {Frame} at */
async function loadPython(at) {
  const names = Object.entries(MIDSTREAM_PYTHON.files);
  const total = MIDSTREAM_PYTHON.size;
  let done = 0;
  const parts = await Promise.all(
    names.map(async ([name, url]) => {
      const response = await fetch(url);
      if (!response.ok || response.body === null) throw new Error(`${response.status} for ${url}`);
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const chunks = [];
      for await (const chunk of /** @type {AsyncIterable<Uint8Array<ArrayBuffer>>} */ (/** @type {unknown} */ (response.body))) {
        chunks.push(chunk);
        done += chunk.length;
        host?.loading(done, total);
      }
      return /** @type {const} */ ([name, await new Blob(chunks).arrayBuffer()]);
    }),
  );
  const files = Object.fromEntries(parts);
  await new Promise((resolve) => {
    loaded = () => resolve(undefined);
    at.port.postMessage({ do: "python", files }, Object.values(files));
  });
  host?.loading(total, total);
}
