// The worker of one JavaScript run: links the modules that it is given, runs the entries, and tells what happens.
//
// It is started ahead, waits for a program, runs that one, and is ended by the frame. The port to the frame is reached
// by this closure alone: the program's own `postMessage` leads nowhere.

import { builtin, linkBuiltins } from "./builtins.js";
import { installConsole } from "./console.js";
import { makeOutput } from "./output.js";
import { countTimers } from "./timers.js";
import { describe, stackOf } from "./values.js";

/**
 * @typedef {object} Program
 * @property {{path: string, json: boolean, parts: (string | number | {builtin: string})[]}[]} modules in an order in
 *   which every one comes after those that it imports; a number stands for the address of the module of that number
 * @property {number[]} entries the modules that are run, one after the other
 * @property {boolean} tests the entries are tests
 */

/** @type {Map<string, string>} a module's address -> its path */
const paths = new Map();

/** Names files where a stack has addresses, and leaves out what is ours. @param {string} stack */
function tidy(stack) {
  const lines = stack.split("\n").flatMap((line) => {
    if (line.includes("(<anonymous>)") && /^\s*at async Promise/.test(line)) return [];
    const address = /blob:[^\s():]*(?:\/[0-9a-f-]{36})/.exec(line)?.[0];
    if (address === undefined) return [line];
    const path = paths.get(address);
    return path === undefined ? [] : [line.replace(address, () => path)];
  });
  return lines.join("\n");
}

self.addEventListener("message", ({ ports }) => ports[0] && begin(ports[0]), { once: true });

/** @param {MessagePort} port */
function begin(port) {
  const post = port.postMessage.bind(port);
  const output = makeOutput((message) => post(message));
  installConsole(output, tidy);
  const timers = countTimers();

  /** @param {unknown} thrown @param {boolean} promised */
  function failed(thrown, promised) {
    const isError = thrown instanceof Error;
    output.event({
      t: "error",
      promised,
      name: isError ? String(thrown.name) : "",
      stack: isError ? tidy(stackOf(thrown)) : "",
      value: isError ? null : describe(thrown, tidy),
    });
  }
  let ok = true;
  self.addEventListener("error", (event) => {
    event.preventDefault();
    ok = false;
    failed(event.error ?? event.message, false);
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    ok = false;
    failed(event.reason, true);
  });

  port.onmessage = async ({ data }) => {
    const started = performance.now();
    /** @type {Program} */
    const program = JSON.parse(data);
    const addresses = link(program);
    const tester = linkBuiltins(output, (thrown) => (thrown instanceof Error ? tidy(stackOf(thrown)) : String(thrown)));
    for (const entry of program.entries) {
      tester.file(program.modules[entry]?.path ?? "");
      try {
        await import(/** @type {string} */ (addresses[entry]));
      } catch (error) {
        ok = false;
        failed(error, false);
      }
    }
    if (program.tests || tester.waiting()) ok = (await tester.run()) && ok;
    await timers.idle();
    output.end({ t: "end", ok, ms: performance.now() - started });
  };
  post("ready");
}

/** Gives every module an address. @param {Program} program */
function link({ modules }) {
  /** @type {string[]} */
  const addresses = [];
  for (const { path, json, parts } of modules) {
    const text = parts.map((part) => {
      if (typeof part === "string") return part;
      return typeof part === "number" ? (addresses[part] ?? "") : builtin(part.builtin);
    });
    const type = json ? "application/json" : "text/javascript";
    const address = URL.createObjectURL(new Blob(text, { type }));
    paths.set(address, path);
    addresses.push(address);
  }
  return addresses;
}
