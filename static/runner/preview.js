// The frame that a page of the session is shown in: an opaque origin without network, storage or parent. The page's
// own scripts run here, beside this one; all that this script holds is a port that takes plain data.

import { installConsole } from "./console.js";
import { makeOutput } from "./output.js";
import { describe, stackOf } from "./values.js";

/**
 * @typedef {object} Page
 * @property {string} path
 * @property {Part[]} html
 * @property {{path: string, type: string, parts: Part[]}[]} files in an order in which every one comes after those that
 *   it names; a number stands for the address of the file of that number
 * @property {number[]} lines how many lines of the page stand before each of its own scripts
 */
/** @typedef {string | number | {builtin: string}} Part */

/** Batches on their way that the holder has not drawn. */
const UNDRAWN = 1;
/** Batches that wait at most. */
const WAITING = 20;

/** @type {Map<string, string>} an address -> the file's path */
const paths = new Map();

/** What a script that stands in the page is called in traces. */
const INLINE = /midstream-inline-(\d+):(\d+)/;
/** @type {Page | null} */
let shown = null;
/** This script's own lines are nobody's business. */
const here = location.href;

/** A place in a script that stands in the page, as one of the page. @param {string} text */
function inPage(text) {
  return text.replace(INLINE, (_, number, line) => `${shown?.path}:${Number(line) + (shown?.lines[number] ?? 0)}`);
}

/** @param {string} stack */
function tidy(stack) {
  return stack
    .replaceAll("Failed to execute 'write' on 'Document': ", "")
    .split("\n")
    .flatMap((line) => {
      if (line.includes(here)) return [];
      if (INLINE.test(line)) return [inPage(line)];
      for (const [address, path] of paths) if (line.includes(address)) return [line.replace(address, () => path)];
      return /^\s*at .*blob:/.test(line) ? [] : [line];
    })
    .join("\n");
}

addEventListener("message", ({ source, ports, data }) => {
  if (source === parent && ports[0]) begin(ports[0], data);
}, { once: true });

/** @param {MessagePort} port @param {Page} page */
function begin(port, page) {
  const post = port.postMessage.bind(port);
  /** @type {[string, number, boolean][]} */
  const waiting = [];
  let undrawn = 0;
  let dropped = 0;
  const forward = () => {
    while (undrawn < UNDRAWN && waiting.length > 0) {
      const [text] = waiting.shift() ?? ["[]"];
      undrawn += 1;
      post(["batch", text, dropped]);
      dropped = 0;
    }
  };
  const output = makeOutput((message) => {
    waiting.push(message);
    while (waiting.length > WAITING) dropped += waiting.shift()?.[1] ?? 0;
    forward();
  });
  port.onmessage = () => {
    undrawn = Math.max(0, undrawn - 1);
    forward();
  };

  /** @param {Part[]} parts */
  const joined = (parts) => parts.map((part) => (typeof part === "number" ? (addresses[part] ?? "") : String(part)));
  /** @type {string[]} */
  const addresses = [];
  for (const { path, type, parts } of page.files) {
    const address = URL.createObjectURL(new Blob(joined(parts), { type }));
    addresses.push(address);
    paths.set(address, path);
  }
  const html = joined(page.html).join("");
  shown = page;

  // The one way to the network that no policy stops. A frame within the page can still have it: see the README.
  for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport"]) {
    Reflect.deleteProperty(globalThis, name);
  }

  // Opening the document takes all listeners away: those below come after it.
  document.open();
  installConsole(output, tidy);
  let broken = false;
  /** @param {unknown} thrown @param {boolean} promised @param {string} at */
  const failed = (thrown, promised, at) => {
    const isError = thrown instanceof Error;
    if (isError && thrown.name === "SyntaxError") broken = true;
    const stack = isError ? tidy(stackOf(thrown)) : "";
    output.event({
      t: "error",
      promised,
      name: isError ? String(thrown.name) : "",
      stack: isError && !stack.includes("\n") && at !== "" ? `${stack}\n    at ${at}` : stack,
      value: isError ? null : describe(thrown, tidy),
    });
  };
  addEventListener("error", (event) => {
    event.preventDefault();
    const name = paths.get(event.filename) ?? event.filename;
    const known = paths.has(event.filename) || name.startsWith("midstream-inline-");
    failed(event.error ?? event.message, false, known ? inPage(`${name}:${event.lineno}:${event.colno}`) : "");
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    failed(event.reason, true, "");
  });
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    const leads = link?.getAttribute("href") ?? "#";
    if (leads.startsWith("#")) return;
    event.preventDefault();
    post(["go", leads.slice(0, 500)]);
  });
  addEventListener("load", () => {
    output.flush();
    post([broken ? "broken" : "shown"]);
  });
  document.write(html);
  document.close();
}

parent.postMessage("up", "*");
