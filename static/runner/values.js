// A value of the program as a tree of plain data, bounded in depth, breadth and text. Getters are not called.

/** Levels below the value that was logged. */
const DEPTH = 4;
/** Entries of one object. */
const BREADTH = 100;
/** Nodes of one value in all. */
const NODES = 400;
/** UTF-16 units of a text at the top, and inside of something. */
const TEXT = 10_000;
const INNER_TEXT = 500;

/**
 * @typedef {object} Value
 * @property {"text" | "plain" | "object" | "error"} k
 * @property {string} v the text; what stands before an object's entries
 * @property {[string, Value][]} [e] entries
 * @property {boolean} [list] the entries are a list: names of theirs are not shown
 * @property {number} [more] entries that were left out
 */

/** @param {unknown} value @param {(stack: string) => string} tidy @returns {Value} */
export function describe(value, tidy) {
  return new Describer(tidy).value(value, 0);
}

class Describer {
  #nodes = NODES;
  /** @type {unknown[]} what is being described now: a value inside of itself is named, not followed */
  #above = [];
  #tidy;

  /** @param {(stack: string) => string} tidy */
  constructor(tidy) {
    this.#tidy = tidy;
  }

  /** @param {unknown} value @param {number} depth @returns {Value} */
  value(value, depth) {
    this.#nodes -= 1;
    switch (typeof value) {
      case "string":
        return { k: "text", v: cut(value, depth === 0 ? TEXT : INNER_TEXT) };
      case "bigint":
        return plain(`${cut(String(value), INNER_TEXT)}n`);
      case "symbol":
        return plain(cut(String(value), INNER_TEXT));
      case "function":
        return plain(`ƒ ${cut(nameOf(value) || "(anonymous)", 100)}()`);
      case "object":
        return value === null ? plain("null") : this.#object(value, depth);
      default:
        return plain(Object.is(value, -0) ? "-0" : String(value));
    }
  }

  /** @param {object} value @param {number} depth @returns {Value} */
  #object(value, depth) {
    if (value instanceof Error) return { k: "error", v: cut(this.#tidy(stackOf(value)), TEXT) };
    if (value instanceof Date) return plain(Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString());
    if (value instanceof RegExp) return plain(cut(String(value), INNER_TEXT));
    if (value instanceof Promise) return plain("Promise");
    if (this.#above.includes(value)) return plain("(itself)");
    const name = classOf(value);
    const size = sizeOf(value);
    const label = size === null ? name : `${name}(${size})`;
    if (depth >= DEPTH || this.#nodes <= 0) return plain(`${label} …`);
    this.#above.push(value);
    const made = this.#entries(value, depth, label);
    this.#above.pop();
    return made;
  }

  /** @param {object} value @param {number} depth @param {string} label @returns {Value} */
  #entries(value, depth, label) {
    /** @type {[string, Value][]} */
    const entries = [];
    let more = 0;
    /** @param {string} key @param {() => Value} make */
    const add = (key, make) => {
      if (entries.length >= BREADTH || this.#nodes <= 0) more += 1;
      else entries.push([cut(key, 200), make()]);
    };
    const list = Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Set;
    if (value instanceof Map) {
      for (const [key, held] of value) add(keyText(key), () => this.value(held, depth + 1));
    } else if (value instanceof Set) {
      for (const held of value) add("", () => this.value(held, depth + 1));
    } else {
      for (const key of Reflect.ownKeys(value)) {
        const property = Object.getOwnPropertyDescriptor(value, key);
        if (property === undefined || (!property.enumerable && !Array.isArray(value)) || (key === "length" && list)) continue;
        add(String(key), () => ("value" in property ? this.value(property.value, depth + 1) : plain("(getter)")));
      }
    }
    return { k: "object", v: label, e: entries, ...(list ? { list } : {}), ...(more > 0 ? { more } : {}) };
  }
}

/** @param {string} text @returns {Value} */
function plain(text) {
  return { k: "plain", v: text };
}

/** @param {string} text @param {number} most */
export function cut(text, most) {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length - most} more)`;
}

/** @param {unknown} key */
function keyText(key) {
  if (typeof key === "object" && key !== null) return classOf(key);
  return typeof key === "string" ? key : String(key);
}

/** @param {Function} value */
function nameOf(value) {
  const name = Object.getOwnPropertyDescriptor(value, "name")?.value;
  return typeof name === "string" ? name : "";
}

/** @param {object} value */
function classOf(value) {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null) return "Object";
  const made = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return (typeof made === "function" && nameOf(made)) || "Object";
}

/** @param {object} value */
function sizeOf(value) {
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  return ArrayBuffer.isView(value) && "length" in value ? Number(value.length) : null;
}

/** An error's name, message and stack, also where the stack was changed. @param {Error} error @returns {string} */
export function stackOf(error) {
  const head = `${error.name}: ${error.message}`;
  const stack = typeof error.stack === "string" ? error.stack : "";
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackOf(error.cause)}` : "";
  return (stack.includes(error.message) ? stack : `${head}\n${stack}`) + cause;
}
