// A small `node:test`: tests, suites and hooks, run in order, each reported as it ends.

/** @typedef {(context: object) => unknown} Body */
/** @typedef {{name: string, body: Body, file: string, hooks: Suite[], skip: boolean}} Test */
/** @typedef {{name: string, before: Body[], after: Body[], beforeEach: Body[], afterEach: Body[]}} Suite */

/** Tests of one run that are reported by name: past it only counted. */
const TESTS_MAX = 2000;

/** @param {string} name @returns {Suite} */
const suite = (name) => ({ name, before: [], after: [], beforeEach: [], afterEach: [] });

/** @param {import("./output.js").Output} output @param {(thrown: unknown) => string} told */
export function makeTester(output, told) {
  let file = "";
  /** @type {Suite[]} */
  let open = [suite("")];
  /** @type {Test[]} */
  const tests = [];

  /** @param {unknown[]} given @returns {{name: string, body: Body, skip: boolean}} */
  function read(given) {
    const name = given.find((each) => typeof each === "string");
    const found = given.find((each) => typeof each === "function");
    const options = /** @type {{skip?: unknown, todo?: unknown} | undefined} */ (
      given.find((each) => typeof each === "object" && each !== null)
    );
    const body = /** @type {Body} */ (found ?? (() => {}));
    return { name: String(name ?? body.name ?? "(a test)"), body, skip: Boolean(options?.skip || options?.todo) };
  }

  /** @param {unknown[]} given */
  function test(...given) {
    tests.push({ ...read(given), file, hooks: [...open] });
  }
  /** @param {unknown[]} given */
  test.skip = (...given) => void tests.push({ ...read(given), file, hooks: [...open], skip: true });
  test.todo = test.skip;

  /** @param {unknown[]} given */
  function describe(...given) {
    const { name, body } = read(given);
    open = [...open, suite(name)];
    try {
      body({});
    } finally {
      open = open.slice(0, -1);
    }
  }

  /** @param {"before" | "after" | "beforeEach" | "afterEach"} when @returns {(body: Body) => void} */
  const hook = (when) => (body) => void open.at(-1)?.[when].push(body);
  const exported = {
    test: Object.assign(test, { test, it: test, describe, suite: describe }),
    it: test,
    describe,
    suite: describe,
    before: hook("before"),
    after: hook("after"),
    beforeEach: hook("beforeEach"),
    afterEach: hook("afterEach"),
  };

  /** @param {Test} one */
  async function runOne(one) {
    const name = [...one.hooks.slice(1).map((each) => each.name), one.name].join(" › ");
    const report = { t: "test", file: one.file, name: name.slice(0, 300) };
    if (one.skip) {
      output.event({ ...report, state: "skipped", ms: 0 });
      return true;
    }
    const started = performance.now();
    /** @type {unknown[]} */
    const thrown = [];
    /** @param {Body} body */
    const attempt = async (body) => {
      try {
        await body({ name });
      } catch (error) {
        thrown.push(error);
      }
    };
    for (const held of one.hooks) for (const each of held.before.splice(0)) await attempt(each);
    for (const held of one.hooks) for (const each of held.beforeEach) await attempt(each);
    if (thrown.length === 0) await attempt(one.body);
    for (const held of [...one.hooks].reverse()) for (const each of held.afterEach) await attempt(each);
    const state = thrown.length === 0 ? "passed" : "failed";
    const error = thrown.length === 0 ? undefined : told(thrown[0]);
    output.event({ ...report, state, ms: performance.now() - started, error });
    return thrown.length === 0;
  }

  return {
    exported,
    /** The tests that come are this file's. @param {string} path */
    file: (path) => {
      file = path;
    },
    waiting: () => tests.length > 0,
    /** Runs all; whether all passed. */
    run: async () => {
      let ok = true;
      for (const [index, one] of tests.entries()) {
        if (index >= TESTS_MAX) {
          output.event({ t: "log", level: "warn", indent: 0, args: [{ k: "text", v: `${tests.length - TESTS_MAX} more tests were not run.` }] });
          break;
        }
        ok = (await runOne(one)) && ok;
      }
      for (const held of new Set(tests.flatMap((each) => each.hooks))) for (const each of held.after) await each({});
      return ok;
    },
  };
}
