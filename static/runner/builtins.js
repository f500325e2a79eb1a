// The modules that a program may import without having them: `node:test` and `node:assert`, as far as a browser needs.

import * as assertions from "./assert.js";
import { makeTester } from "./tester.js";

/** What the modules below read their exports from. */
const HOLDER = "__midstreamBuiltins";

/** @type {Map<string, string>} name -> address */
const addresses = new Map();

/** The address of a module that we bring. @param {string} name */
export function builtin(name) {
  const known = addresses.get(name);
  if (known !== undefined) return known;
  const exported =
    name === "test"
      ? ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"]
      : Object.keys(name === "strict" ? assertions.assert.strict : assertions.assert);
  const held = `globalThis.${HOLDER}.${name}`;
  const lines = exported.map((each) => `export const ${each} = ${held}.${each};`);
  const text = `${lines.join("\n")}\nexport default ${held}.${name};`;
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  addresses.set(name, address);
  return address;
}

/**
 * Puts the modules' content in place.
 * @param {import("./output.js").Output} output @param {(thrown: unknown) => string} told
 */
export function linkBuiltins(output, told) {
  const tester = makeTester(output, told);
  Object.defineProperty(globalThis, HOLDER, {
    value: {
      test: tester.exported,
      assert: { ...assertions.assert, assert: assertions.assert },
      strict: { ...assertions.assert.strict, strict: assertions.assert.strict },
    },
  });
  return tester;
}
