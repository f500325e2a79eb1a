// The frame that people's code runs under: an opaque origin without network, storage or parent (see the headers in
// backend/src/http/runner.rs). It starts workers, ends them, and passes on what they say, at the page's pace.
//
// The code itself never runs here but in a worker, so this thread is always free to end it.

/** Batches that wait for the page at most: as many events as the console keeps. */
const WAITING_BATCHES = 50;
/** UTF-16 units of a batch that is passed on: somewhat more than an honest worker sends. */
const BATCH_UNITS = 512 * 1024;
/** What is on its way to the page that it has not drawn yet, at most, where that is more than one batch: what it draws in one frame without a stutter. */
const UNDRAWN_EVENTS = 40;
const UNDRAWN_UNITS = 64 * 1024;
/** Batches that are passed on at once; after them, a flood is passed on no faster than one in this time, in milliseconds. */
const AT_ONCE = 2;
const FLOOD_MS = 40;
/** A flood is over when nothing was said for so long, in milliseconds. */
const QUIET_MS = 400;
/** Bytes of a line that a program is given. */
const LINE_BYTES = 64 * 1024;

/** @typedef {"script" | "python"} Kind */
/**
 * @typedef {object} Run
 * @property {number} id
 * @property {Kind} kind
 * @property {Worker} worker
 * @property {[string, number, boolean][]} waiting batches
 * @property {number} dropped events
 */
/** @typedef {{worker: Worker, port: MessagePort, ready: Promise<void>, shared: Shared | null}} Spare */
/** @typedef {{interrupt: Uint8Array, gate: Int32Array, line: Uint8Array}} Shared */

/** @type {Record<Kind, string>} */
const sources = { script: MIDSTREAM_RUNNER.script, python: MIDSTREAM_RUNNER.python };
/** @type {Map<Kind, Spare>} workers that wait for a program */
const spares = new Map();
/** @type {Run | null} */
let running = null;
/** @type {Spare | null} the worker of the run */
let current = null;
/** @type {{events: number, units: number}[]} the batches that the page has not drawn */
let undrawn = [];
/** When the last batch was passed on, and how many were in a row. */
let passed = -Infinity;
let inARow = 0;
let timed = false;
/** @type {Record<string, ArrayBuffer> | null} what Python is made of */
let python = null;

/** @type {MessagePort | null} */
let page = null;

// The parent gives the port, once; nobody else can reach this window.
addEventListener("message", function first({ source, ports }) {
  if (source !== parent || !ports[0]) return;
  removeEventListener("message", first);
  page = ports[0];
  page.onmessage = ({ data }) => take(data);
  spare("script");
  tell(["up"]);
});

/** @param {unknown[]} message */
function tell(message) {
  page?.postMessage(message);
}

/** @param {{do: string, run: number, kind: Kind, program: string, text: string, files: Record<string, ArrayBuffer>}} message */
function take(message) {
  switch (message.do) {
    case "start":
      return void start(message.run, message.kind, message.program);
    case "stop":
      return stop(message.run);
    case "interrupt":
      return interrupt(message.run);
    case "more":
      undrawn.shift();
      return forward();
    case "line":
      return answer(message.text);
    case "ping":
      return tell(["pong"]);
    case "python":
      python = message.files;
      spare("python").ready.then(() => tell(["ready", "python"]));
  }
}

/** A worker that waits for a program; makes one if there is none. @param {Kind} kind @returns {Spare} */
function spare(kind) {
  const known = spares.get(kind);
  if (known !== undefined) return known;
  const address = URL.createObjectURL(new Blob([sources[kind]], { type: "text/javascript" }));
  const worker = new Worker(address);
  const { port1: port, port2: other } = new MessageChannel();
  const shared = kind === "python" ? share() : null;
  /** @type {Promise<void>} */
  const ready = new Promise((resolve) => {
    port.onmessage = () => resolve();
  });
  worker.onerror = (event) => event.preventDefault();
  worker.postMessage({ shared, files: kind === "python" ? python : null }, [other]);
  const made = { worker, port, ready, shared };
  ready.then(() => URL.revokeObjectURL(address));
  spares.set(kind, made);
  return made;
}

/** @returns {Shared | null} */
function share() {
  if (!globalThis.crossOriginIsolated) return null;
  return {
    interrupt: new Uint8Array(new SharedArrayBuffer(1)),
    gate: new Int32Array(new SharedArrayBuffer(8)),
    line: new Uint8Array(new SharedArrayBuffer(LINE_BYTES)),
  };
}

/** @param {number} id @param {Kind} kind @param {string} program */
async function start(id, kind, program) {
  const taken = spare(kind);
  spares.delete(kind);
  const { worker, port } = taken;
  const run = { id, kind, worker, waiting: [], dropped: 0 };
  running = run;
  current = taken;
  inARow = 0;
  await taken.ready;
  if (running !== run) return;
  port.onmessage = ({ data }) => {
    if (running === run) received(run, data);
  };
  port.postMessage(program);
}

/** What a worker says is data of a stranger: it is passed on only in the one form that batches have. @param {Run} run @param {unknown} data */
function received(run, data) {
  if (!Array.isArray(data)) return;
  const [text, count, final] = data;
  if (text === "ask") return tell(["ask", run.id, String(count).slice(0, 500)]);
  if (typeof text !== "string" || text.length > BATCH_UNITS || !Number.isSafeInteger(count)) {
    run.dropped += 1;
    return;
  }
  run.waiting.push([text, Math.max(1, count), final === true]);
  while (run.waiting.length > WAITING_BATCHES) run.dropped += run.waiting.shift()?.[1] ?? 0;
  forward();
}

function forward() {
  const run = running;
  if (run === null) return;
  for (let next = run.waiting[0]; next !== undefined && mayFollow(next); next = run.waiting[0]) {
    const since = performance.now() - passed;
    if (since > QUIET_MS) inARow = 0;
    if (inARow >= AT_ONCE && since < FLOOD_MS) return later(FLOOD_MS - since);
    passed = performance.now();
    inARow += 1;
    run.waiting.shift();
    const [text, events, final] = next;
    undrawn.push({ events, units: text.length });
    tell(["batch", run.id, text, run.dropped, final]);
    run.dropped = 0;
    if (final) return end(run);
  }
}

/**
 * Whether a batch may go while others are not drawn yet: the few words of a short program and its end are one picture.
 * @param {[string, number, boolean]} batch
 */
function mayFollow([text, count]) {
  if (undrawn.length === 0) return true;
  let [events, units] = [count, text.length];
  for (const each of undrawn) {
    events += each.events;
    units += each.units;
  }
  return events <= UNDRAWN_EVENTS && units <= UNDRAWN_UNITS;
}

/** Goes on with what waits. @param {number} ms */
function later(ms) {
  if (timed) return;
  timed = true;
  setTimeout(() => {
    timed = false;
    forward();
  }, ms);
}

/** The program has ended: Python's worker waits for the next one, JavaScript's is not used twice. @param {Run} run */
function end(run) {
  running = null;
  if (run.kind === "python" && current !== null) spares.set("python", current);
  else run.worker.terminate();
  current = null;
  spare(run.kind);
}

/** @param {number} id */
function stop(id) {
  const run = running;
  if (run === null || run.id !== id) return;
  run.worker.terminate();
  running = null;
  current = null;
  undrawn = [];
  tell(["stopped", id, run.waiting.reduce((sum, [, count]) => sum + count, run.dropped)]);
  if (run.kind !== "python" || python !== null) spare(run.kind);
}

/** Asks a program to end by itself, as Ctrl+C does. @param {number} id */
function interrupt(id) {
  if (running?.id !== id || !current?.shared) return;
  // Its last words are waited for.
  inARow = 0;
  current.shared.interrupt[0] = 2;
  Atomics.store(current.shared.gate, 0, 2);
  Atomics.notify(current.shared.gate, 0);
}

/** The line that a program waits for. @param {string} text */
function answer(text) {
  const shared = current?.shared;
  if (!shared) return;
  const bytes = new TextEncoder().encode(text).subarray(0, LINE_BYTES);
  shared.line.set(bytes);
  Atomics.store(shared.gate, 1, bytes.length);
  Atomics.store(shared.gate, 0, 1);
  Atomics.notify(shared.gate, 0);
}
