// The worker of Python: Pyodide, kept from run to run, with the session's files in a folder of its own.
//
// It loads nothing: its files are handed to it by the page, by way of the frame. What runs a program is host.py.

import { loadPyodide } from "pyodide";
import host from "./host.py";
import { makeOutput } from "./output.js";

/** UTF-16 units of a line: a longer one is cut into several. */
const LINE_UNITS = 10_000;

/** @typedef {{interrupt: Uint8Array, gate: Int32Array, line: Uint8Array} | null} Shared */

self.addEventListener("message", ({ data, ports }) => ports[0] && begin(ports[0], data.shared, data.files), { once: true });

/** @param {MessagePort} port @param {Shared} shared @param {Record<string, ArrayBuffer>} files */
async function begin(port, shared, files) {
  const post = port.postMessage.bind(port);
  const python = await load(files);
  if (shared !== null) python.setInterruptBuffer(shared.interrupt);

  /** @type {import("./output.js").Output} */
  let output = makeOutput(post);
  /** @type {Map<string, string>} level -> what is said of a line so far */
  const begun = new Map();

  /** @param {string} level @param {string} text */
  const line = (level, text) =>
    output.event({ t: "log", level, indent: 0, args: [{ k: "text", v: text }] });
  /** Words become lines. @param {string} text @param {string} level */
  function say(text, level) {
    let rest = (begun.get(level) ?? "") + text;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
      line(level, rest.slice(0, Math.min(end, LINE_UNITS)));
      rest = rest.slice(end + 1);
    }
    for (; rest.length > LINE_UNITS; rest = rest.slice(LINE_UNITS)) line(level, rest.slice(0, LINE_UNITS));
    begun.set(level, rest);
  }
  function finishLines() {
    for (const [level, rest] of begun) if (rest !== "") line(level, rest);
    begun.clear();
  }

  /** Waits for a line of the person's: `false` when it is interrupted, nothing where nobody can be asked. @param {string} prompt */
  function ask(prompt) {
    if (shared === null) return null;
    const begunLine = begun.get("log") ?? "";
    begun.delete("log");
    finishLines();
    output.flush();
    Atomics.store(shared.gate, 0, 0);
    post(["ask", begunLine + prompt, false]);
    Atomics.wait(shared.gate, 0, 0);
    if (Atomics.exchange(shared.gate, 0, 0) !== 1) {
      shared.interrupt[0] = 0;
      return false;
    }
    const bytes = shared.line.slice(0, Atomics.load(shared.gate, 1));
    const text = new TextDecoder().decode(bytes);
    line("log", `${begunLine}${prompt}${text}`);
    return text;
  }

  const globals = python.toPy({});
  globals.set("say", say);
  globals.set("ask", ask);
  globals.set("event", (/** @type {string} */ told) => {
    finishLines();
    output.event(JSON.parse(told));
  });
  python.runPython(host, { globals, filename: "host.py" });
  const run = globals.get("run");

  port.onmessage = async ({ data }) => {
    output = makeOutput(post);
    if (shared !== null) {
      shared.interrupt[0] = 0;
      Atomics.store(shared.gate, 0, 0);
    }
    const started = performance.now();
    let ok = false;
    try {
      const [well, stack, name] = JSON.parse(await run.callPromising(data));
      finishLines();
      ok = well;
      if (stack !== "") output.event({ t: "error", promised: false, name: name ?? "", stack });
    } catch (error) {
      // An interrupt that came while the host itself was at work.
      finishLines();
      if (!String(error).includes("KeyboardInterrupt")) {
        output.event({ t: "error", promised: false, name: "Error", stack: String(error) });
      }
    }
    output.end({ t: "end", ok, ms: performance.now() - started });
  };
  post("ready");
}

/** @param {Record<string, ArrayBuffer>} files */
async function load({ asm, wasm, stdlib }) {
  // Pyodide asks for its files by address; these are they.
  const own = self.fetch;
  /** @type {Record<string, [ArrayBuffer | undefined, string]>} */
  const known = { wasm: [wasm, "application/wasm"], zip: [stdlib, "application/zip"] };
  self.fetch = async (asked) => {
    const [content, type] = known[String(asked).split(".").pop() ?? ""] ?? [undefined, ""];
    if (content === undefined) throw new TypeError("There is no network here.");
    return new Response(content, { headers: { "content-type": type } });
  };
  const address = URL.createObjectURL(new Blob([asm ?? new ArrayBuffer(0)], { type: "text/javascript" }));
  const { default: createPyodideModule } = await import(address);
  URL.revokeObjectURL(address);
  const python = await loadPyodide({
    createPyodideModule,
    indexURL: "https://runner.invalid/",
    lockFileContents: LOCK,
    packageBaseUrl: "https://runner.invalid/",
    env: { HOME: "/home/me", PYTHONDONTWRITEBYTECODE: "1" },
  });
  self.fetch = own;
  return python;
}

/** The packages on offer beside the standard library: none. */
const LOCK = JSON.stringify({
  info: { arch: "wasm32", platform: "emscripten", version: "0", python: "3.14", abi_version: "2026_0" },
  packages: {},
});
