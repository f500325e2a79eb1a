// Moments in which the page has nothing better to do.

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
