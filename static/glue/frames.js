// Animation frames that took too long while a turn ran: what a person would feel as a stutter.

/** A frame longer than this is felt, in milliseconds. */
const LONG_MS = 50;
/** The most that are kept: a page that stutters all day must not grow. */
const KEPT = 1000;

/** @type {number[]} */
const long = [];
let watching = false;

/** Watches for as long as `goingOn` says so. @param {() => boolean} goingOn */
export function watchFrames(goingOn) {
  if (watching) return;
  watching = true;
  let last = performance.now();
  /** @param {number} now */
  const frame = (now) => {
    if (now - last > LONG_MS && !document.hidden) {
      long.push(now - last);
      if (long.length > KEPT) long.shift();
    }
    last = now;
    watching = goingOn();
    if (watching) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

/** The long frames since the page was opened, in milliseconds. */
export function longFrames() {
  return [...long];
}
