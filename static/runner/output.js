// What goes out of a worker: events in batches. A burst is kept; a flood is thinned, and what was dropped is counted.
// A loop that never yields still gets its words out, since batches leave from inside the calls.

/** Between two batches, in milliseconds: one animation frame. */
const EVERY_MS = 16;
/** Events of one batch: half of what the page draws in one frame without a stutter. */
const BATCH_EVENTS = 20;
/** UTF-16 units of one batch. */
const BATCH_UNITS = 64 * 1024;
/** Events that wait at most, as many as the console keeps: older ones would be pushed out of it anyway. */
const WAITING_EVENTS = 2000;
/** UTF-16 units that wait at most. */
const WAITING_UNITS = 1024 * 1024;
/** UTF-16 units of one event: a picture, at most. Lines are cut by whoever makes them. */
const EVENT_UNITS = 400 * 1024;

// The program may replace any of these; the output goes on with the browser's own.
const now = performance.now.bind(performance);
const later = setTimeout.bind(globalThis);
const stringify = JSON.stringify;

/** @typedef {{event: (event: object) => void, flush: () => void, end: (event: object) => void}} Output */

/**
 * @param {(message: [string, number, boolean]) => void} send a batch as JSON, its number of events, whether it is the last
 * @returns {Output}
 */
export function makeOutput(send) {
  /** @type {string[]} */
  let waiting = [];
  let first = 0;
  let units = 0;
  let dropped = 0;
  let last = -Infinity;
  let timed = false;
  let ended = false;

  /** @param {boolean} final */
  function batch(final) {
    const events = [];
    let taken = 0;
    if (dropped > 0) {
      events.push(stringify({ t: "dropped", count: dropped }));
      dropped = 0;
    }
    while (first < waiting.length && events.length < BATCH_EVENTS && taken < BATCH_UNITS) {
      const event = waiting[first++] ?? "";
      taken += event.length;
      events.push(event);
    }
    units -= taken;
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    } else if (first > WAITING_EVENTS) {
      waiting = waiting.slice(first);
      first = 0;
    }
    last = now();
    send([`[${events.join(",")}]`, events.length, final]);
  }

  function plan() {
    if (timed) return;
    timed = true;
    later(() => {
      timed = false;
      if (ended || first === waiting.length) return;
      batch(false);
      if (first < waiting.length) plan();
    }, EVERY_MS);
  }

  /** @param {object} event */
  function put(event) {
    const text = stringify(event);
    if (text.length > EVENT_UNITS) {
      dropped += 1;
      return;
    }
    waiting.push(text);
    units += text.length;
    while (waiting.length - first > WAITING_EVENTS || units > WAITING_UNITS) {
      units -= waiting[first]?.length ?? 0;
      first += 1;
      dropped += 1;
    }
  }

  return {
    event(event) {
      if (ended) return;
      put(event);
      if (now() - last >= EVERY_MS) batch(false);
      if (first < waiting.length) plan();
    },
    flush() {
      while (!ended && first < waiting.length) batch(false);
    },
    end(event) {
      if (ended) return;
      put(event);
      ended = true;
      while (first < waiting.length) batch(waiting.length - first <= BATCH_EVENTS - 1 && units <= BATCH_UNITS);
    },
  };
}
