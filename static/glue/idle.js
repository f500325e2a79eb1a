// Moments in which the page has nothing better to do, and those between two of the things that it does.

/** Where a browser does not tell of such a moment, this much later is taken for one, in milliseconds. */
const LATER_MS = 200;
/** For how long a moment is waited for that is long enough, in milliseconds: a page that paints all the time has none. */
const CHOOSY_MS = 1000;

/**
 * Runs something in an idle moment, if there is one in time one that is long enough for it.
 * @param {() => void} then @param {number} [needsMs]
 */
export function whenIdle(then, needsMs = 0) {
  if (typeof requestIdleCallback !== "function") {
    setTimeout(then, LATER_MS);
    return;
  }
  const until = performance.now() + CHOOSY_MS;
  /** @param {IdleDeadline} moment */
  const look = (moment) => {
    if (moment.timeRemaining() < needsMs && performance.now() < until) requestIdleCallback(look);
    else then();
  };
  requestIdleCallback(look);
}

/** A task of its own each: timers that set each other are held back. */
const free = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
free.port1.onmessage = () => waiting.shift()?.();

/** Runs something soon, when the browser has seen to the keys and frames that wait. @param {() => void} then */
export function whenFree(then) {
  waiting.push(then);
  free.port2.postMessage(null);
}
