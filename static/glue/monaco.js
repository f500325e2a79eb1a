// Monaco, as the wasm sees it: `globalThis.midstreamMonaco`.

import * as monaco from "monaco-editor/editor";
import "monaco-editor/features/register.all";
import "monaco-editor/languages/definitions/python/register";
import "monaco-editor/languages/definitions/markdown/register";
import "monaco-editor/languages/features/typescript/register";
import "monaco-editor/languages/features/json/register";
import "monaco-editor/languages/features/css/register";
import "monaco-editor/languages/features/html/register";

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
  midstreamMonaco: { monaco },
});
