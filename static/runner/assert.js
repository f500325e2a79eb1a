// A small `node:assert`.

export class AssertionError extends Error {
  /** @param {string} message @param {unknown} actual @param {unknown} expected */
  constructor(message, actual, expected) {
    super(message);
    this.name = "AssertionError";
    this.actual = actual;
    this.expected = expected;
  }
}

/** @param {unknown} value */
function show(value) {
  if (typeof value === "string") return JSON.stringify(value.length > 200 ? `${value.slice(0, 200)}…` : value);
  if (typeof value !== "object" || value === null || value instanceof Error) return String(value);
  try {
    const text = JSON.stringify(value);
    return text.length > 400 ? `${text.slice(0, 400)}…` : text;
  } catch {
    return String(value);
  }
}

/** @param {unknown} message @param {string} otherwise @param {unknown} [actual] @param {unknown} [expected] */
function refuse(message, otherwise, actual, expected) {
  if (message instanceof Error) throw message;
  throw new AssertionError(message === undefined ? otherwise : String(message), actual, expected);
}

/** @param {unknown} a @param {unknown} b @param {boolean} strict @param {[unknown, unknown][]} [seen] @returns {boolean} */
function same(a, b, strict, seen = []) {
  // eslint-disable-next-line eqeqeq
  if (Object.is(a, b) || (!strict && a == b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.some(([x, y]) => x === a && y === b)) return true;
  const inside = [...seen, /** @type {[unknown, unknown]} */ ([a, b])];
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b);
  if (a instanceof Error && b instanceof Error && (a.name !== b.name || a.message !== b.message)) return false;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key), strict, inside));
  }
  if (a instanceof Set && b instanceof Set) {
    return a.size === b.size && [...a].every((each) => b.has(each) || [...b].some((other) => same(each, other, strict, inside)));
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  if (keys.length !== others.length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(Reflect.get(a, key), Reflect.get(b, key), strict, inside));
}

/** @param {unknown} error @param {unknown} expected */
function fits(error, expected) {
  if (expected === undefined || typeof expected === "string") return true;
  if (expected instanceof RegExp) return expected.test(String(error));
  if (typeof expected === "function") {
    return expected.prototype !== undefined && error instanceof expected ? true : !isClass(expected) && expected(error) === true;
  }
  if (typeof expected !== "object" || expected === null || typeof error !== "object" || error === null) return false;
  return Object.entries(expected).every(([key, value]) => {
    const has = Reflect.get(error, key);
    return value instanceof RegExp ? value.test(String(has)) : same(has, value, true);
  });
}

/** @param {Function} value */
const isClass = (value) => value === Error || value.prototype instanceof Error || /^class\b/.test(String(value));

/** @param {unknown} value @param {unknown} [message] */
function ok(value, message) {
  if (!value) refuse(message, `${show(value)} is not truthy`, value, true);
}

/** @param {string} words @param {(a: any, b: any) => boolean} holds @returns {(actual: unknown, expected: unknown, message?: unknown) => void} */
const relation = (words, holds) => (actual, expected, message) => {
  if (!holds(actual, expected)) refuse(message, `${show(actual)} ${words} ${show(expected)}`, actual, expected);
};

// eslint-disable-next-line eqeqeq
const equal = relation("!=", (a, b) => a == b || (Number.isNaN(a) && Number.isNaN(b)));
// eslint-disable-next-line eqeqeq
const notEqual = relation("==", (a, b) => a != b);
const strictEqual = relation("!==", Object.is);
const notStrictEqual = relation("===", (a, b) => !Object.is(a, b));
const deepEqual = relation("does not equal", (a, b) => same(a, b, false));
const notDeepEqual = relation("equals", (a, b) => !same(a, b, false));
const deepStrictEqual = relation("does not deeply equal", (a, b) => same(a, b, true));
const notDeepStrictEqual = relation("deeply equals", (a, b) => !same(a, b, true));

/** @param {() => unknown} act @param {unknown} [expected] @param {unknown} [message] */
function throws(act, expected, message) {
  try {
    act();
  } catch (error) {
    if (!fits(error, expected)) refuse(message, `threw ${show(error)}, which was not expected`, error, expected);
    return;
  }
  refuse(message ?? (typeof expected === "string" ? expected : undefined), "nothing was thrown");
}

/** @param {Promise<unknown> | (() => unknown)} act @param {unknown} [expected] @param {unknown} [message] */
async function rejects(act, expected, message) {
  try {
    await (typeof act === "function" ? act() : act);
  } catch (error) {
    if (!fits(error, expected)) refuse(message, `rejected with ${show(error)}, which was not expected`, error, expected);
    return;
  }
  refuse(message ?? (typeof expected === "string" ? expected : undefined), "nothing was rejected");
}

/** @param {() => unknown} act */
const doesNotThrow = (act) => void act();
/** @param {Promise<unknown> | (() => unknown)} act */
const doesNotReject = async (act) => void (await (typeof act === "function" ? act() : act));
/** @param {string} text @param {RegExp} pattern @param {unknown} [message] */
const match = (text, pattern, message) => {
  if (!pattern.test(text)) refuse(message, `${show(text)} does not match ${pattern}`, text, pattern);
};
/** @param {string} text @param {RegExp} pattern @param {unknown} [message] */
const doesNotMatch = (text, pattern, message) => {
  if (pattern.test(text)) refuse(message, `${show(text)} matches ${pattern}`, text, pattern);
};
/** @param {unknown} [message] */
const fail = (message) => refuse(message, "failed");

const strict = Object.assign(
  /** @param {unknown} value @param {unknown} [message] */ (value, message) => ok(value, message),
  {
    ok, equal: strictEqual, notEqual: notStrictEqual, strictEqual, notStrictEqual, deepEqual: deepStrictEqual,
    notDeepEqual: notDeepStrictEqual, deepStrictEqual, notDeepStrictEqual, throws, rejects, doesNotThrow, doesNotReject,
    match, doesNotMatch, fail, AssertionError,
  },
);

export const assert = Object.assign(
  /** @param {unknown} value @param {unknown} [message] */ (value, message) => ok(value, message),
  {
    ok, equal, notEqual, strictEqual, notStrictEqual, deepEqual, notDeepEqual, deepStrictEqual, notDeepStrictEqual,
    throws, rejects, doesNotThrow, doesNotReject, match, doesNotMatch, fail, AssertionError, strict,
  },
);
