import assert from "node:assert/strict";
import { test } from "node:test";

import { parse, stringify } from "../src/index";

test("reads pairs, with or without a question mark", () => {
  assert.deepEqual({ ...parse("?a=1&b=2") }, { a: "1", b: "2" });
  assert.deepEqual({ ...parse("a=1&b=2") }, { a: "1", b: "2" });
});

test("a repeated key has all its values in order", () => {
  assert.deepEqual(parse("tag=x&tag=y&tag=z").tag, ["x", "y", "z"]);
});

test("a key without a value is empty", () => {
  assert.equal(parse("debug").debug, "");
});

test("a broken escape is left as it stands", () => {
  assert.equal(parse("q=100%").q, "100%");
});

test("stringify and parse are each other's reverse", () => {
  const input = { q: "rust & wasm", page: "2" };
  assert.deepEqual({ ...parse(stringify(input)) }, input);
});
