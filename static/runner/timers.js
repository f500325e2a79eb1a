// Timers of the program, counted: a program has ended when its module has run and nothing is set to run later.

/** @returns {{idle: () => Promise<void>}} */
export function countTimers() {
  const { setTimeout: later, clearTimeout: cancel, setInterval: every, clearInterval: cease } = globalThis;
  const plainLater = later.bind(globalThis);
  /** @type {Set<number>} */
  const pending = new Set();
  /** @type {(() => void) | null} */
  let told = null;

  function settle() {
    if (pending.size > 0 || told === null) return;
    // What a promise does next may set a timer anew.
    plainLater(() => {
      if (pending.size === 0) told?.();
    }, 0);
  }

  /** @param {number} id */
  function done(id) {
    pending.delete(id);
    settle();
  }

  Object.assign(globalThis, {
    /** @param {unknown} act @param {number} [ms] @param {unknown[]} values */
    setTimeout: (act, ms, ...values) => {
      const id = Number(
        plainLater(() => {
          try {
            if (typeof act === "function") act(...values);
          } finally {
            done(id);
          }
        }, ms),
      );
      pending.add(id);
      return id;
    },
    /** @param {number} id */
    clearTimeout: (id) => {
      cancel.call(globalThis, id);
      done(id);
    },
    /** @param {Function} act @param {number} [ms] @param {unknown[]} values */
    setInterval: (act, ms, ...values) => {
      const id = Number(every.call(globalThis, () => act(...values), ms));
      pending.add(id);
      return id;
    },
    /** @param {number} id */
    clearInterval: (id) => {
      cease.call(globalThis, id);
      done(id);
    },
  });

  return {
    idle: () =>
      new Promise((resolve) => {
        told = resolve;
        settle();
      }),
  };
}
