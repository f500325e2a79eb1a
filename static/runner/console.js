// The console of a program: levels, groups, counters and timers, as events.

import { cut, describe } from "./values.js";

/** Values of one call. */
const ARGUMENTS = 20;
/** How deep groups are shown. */
const INDENT = 12;

/**
 * @param {import("./output.js").Output} output
 * @param {(stack: string) => string} tidy turns a stack's addresses into the names of files
 */
export function installConsole(output, tidy) {
  let indent = 0;
  /** @type {Map<string, number>} */
  const counts = new Map();
  /** @type {Map<string, number>} */
  const timers = new Map();

  /** @param {string} level @param {unknown[]} values */
  function say(level, values) {
    const told = values.slice(0, ARGUMENTS);
    const args = formatted(told).map((value) => describe(value, tidy));
    if (values.length > ARGUMENTS) args.push({ k: "plain", v: `… (${values.length - ARGUMENTS} more)` });
    output.event({ t: "log", level, indent: Math.min(indent, INDENT), args });
  }

  /** @param {unknown} label */
  const named = (label) => cut(label === undefined ? "default" : String(label), 200);
  /** @param {string} label */
  const elapsed = (label) => `${label}: ${(performance.now() - (timers.get(label) ?? performance.now())).toFixed(2)} ms`;

  const own = {
    /** @param {unknown[]} values */ log: (...values) => say("log", values),
    /** @param {unknown[]} values */ info: (...values) => say("info", values),
    /** @param {unknown[]} values */ debug: (...values) => say("debug", values),
    /** @param {unknown[]} values */ warn: (...values) => say("warn", values),
    /** @param {unknown[]} values */ error: (...values) => say("error", values),
    /** @param {unknown[]} values */ dir: (...values) => say("log", values.slice(0, 1)),
    /** @param {unknown[]} values */ table: (...values) => say("log", values.slice(0, 1)),
    /** @param {unknown[]} values */
    trace: (...values) => say("log", [...values, tidy(new Error("Trace").stack ?? "").replace(/^Error: /, "")]),
    /** @param {unknown} condition @param {unknown[]} values */
    assert: (condition, ...values) => {
      if (!condition) say("error", ["Assertion failed", ...values]);
    },
    /** @param {unknown[]} values */
    group: (...values) => {
      if (values.length > 0) say("log", values);
      indent += 1;
    },
    groupEnd: () => {
      indent = Math.max(0, indent - 1);
    },
    /** @param {unknown} [label] */
    count: (label) => {
      const count = (counts.get(named(label)) ?? 0) + 1;
      counts.set(named(label), count);
      say("log", [`${named(label)}: ${count}`]);
    },
    /** @param {unknown} [label] */ countReset: (label) => void counts.delete(named(label)),
    /** @param {unknown} [label] */ time: (label) => void timers.set(named(label), performance.now()),
    /** @param {unknown} [label] @param {unknown[]} values */
    timeLog: (label, ...values) => say("log", [elapsed(named(label)), ...values]),
    /** @param {unknown} [label] */
    timeEnd: (label) => {
      say("log", [elapsed(named(label))]);
      timers.delete(named(label));
    },
    clear: () => output.event({ t: "clear" }),
  };
  Object.assign(globalThis.console, own, { groupCollapsed: own.group, dirxml: own.dir });
}

/** `%s`, `%d` and the like in the first value, as browsers take them. @param {unknown[]} values */
function formatted(values) {
  const [format, ...rest] = values;
  if (typeof format !== "string" || rest.length === 0 || !format.includes("%")) return values;
  const text = format.replace(/%([sdifoOc%])/g, (all, kind) => {
    if (kind === "%") return "%";
    if (rest.length === 0) return all;
    if (kind === "o" || kind === "O") return all;
    const value = rest.shift();
    if (kind === "c") return "";
    if (kind === "s") return typeof value === "object" ? JSON.stringify(value) ?? "" : String(value);
    return kind === "f" ? String(Number(value)) : String(Math.trunc(Number(value)));
  });
  return [text, ...rest];
}
