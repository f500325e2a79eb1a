// Monaco, as the wasm sees it: `globalThis.midstreamMonaco`. The other side is frontend/src/monaco.rs.
//
// The parts: editor.js holds the editor and the texts, large.js what large texts are spared, languages.js what
// languages' workers do, marks.js what the model did there, people.js where the others are, flags.js whose caret it is,
// carets.js where the person's own was, viewport.js what the screen shows of a text, guards.js locks and scope, behind.js
// words behind a line, blocks.js elements between the lines, frames.js counts long animation frames, idle.js waits for idle moments. No logic that the
// wasm could hold lives here.

import "monaco-editor/features/register.all";
import "monaco-editor/languages/definitions/register.all";
import "monaco-editor/languages/features/typescript/register";
import "monaco-editor/languages/features/json/register";
import "monaco-editor/languages/features/css/register";
import "monaco-editor/languages/features/html/register";
import "./editor.css";
import "./guards.css";
import * as blocks from "./blocks.js";
import * as authors from "./authors.js";
import * as diff from "./diff.js";
import * as editor from "./editor.js";
import * as frames from "./frames.js";
import * as guards from "./guards.js";
import * as idle from "./idle.js";
import * as marks from "./marks.js";
import * as compile from "./compile.js";
import * as runner from "./runner.js";
import * as runMarks from "./run_marks.js";
import * as preview from "./preview.js";
import * as people from "./people.js";
import * as viewport from "./viewport.js";

/** @type {Record<string, string>} label of Monaco's -> worker */
const workers = {
  typescript: MIDSTREAM_WORKERS.typescript,
  javascript: MIDSTREAM_WORKERS.typescript,
  json: MIDSTREAM_WORKERS.json,
  css: MIDSTREAM_WORKERS.css,
  html: MIDSTREAM_WORKERS.html,
};

Object.assign(globalThis, {
  MonacoEnvironment: {
    /** @param {string} _id @param {string} label */
    getWorker: (_id, label) => new Worker(workers[label] ?? MIDSTREAM_WORKERS.editor, { type: "module" }),
  },
  midstreamRunner: { ...runner, ...compile, ...preview },
  midstreamMonaco: { ...editor, ...authors, ...diff, ...marks, ...people, ...guards, ...blocks, ...frames, ...runMarks, ...viewport, ...idle },
  // Read by browser tests only; the wasm adds to it, see frontend/src/testing.rs.
  midstreamTest: { text: editor.text, known: editor.known, longFrames: frames.longFrames, diff: diff.diffState, selection: editor.selection, people: people.people, viewport: viewport.viewport },
});
