// What the last run failed at, beside the lines of the open file.

import * as monaco from "monaco-editor/editor";
import { behind, place } from "./behind.js";
import { editorOf } from "./editor.js";

/** Characters of a mark's words: what fits beside a line. */
const WORDS = 120;

/** @type {WeakMap<monaco.editor.ICodeEditor, monaco.editor.IEditorDecorationsCollection>} */
const collections = new WeakMap();
/** As many as there were marks at once. @type {import("./behind.js").Place[]} */
const places = [];

/** Replaces the marks. @param {(number | string)[]} flat line and words of each */
export function showRunMarks(flat) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  const marks = collections.get(editor) ?? editor.createDecorationsCollection();
  collections.set(editor, marks);
  /** @type {monaco.editor.IModelDeltaDecoration[]} */
  const made = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const line = Math.min(Number(flat[i]), model.getLineCount());
    const words = String(flat[i + 1]).slice(0, WORDS);
    const said = behind((places[i / 2] ??= place()), model, line, words, "run-failed-words");
    made.push({ range: said.range, options: { ...said.options, isWholeLine: true, className: "run-failed-line" } });
  }
  marks.set(made);
}
