// What the last run failed at, beside the lines of the open file.

import * as monaco from "monaco-editor/editor";
import { editorOf } from "./editor.js";

/** Characters of a mark's words: what fits beside a line. */
const WORDS = 120;

/** @type {WeakMap<monaco.editor.ICodeEditor, monaco.editor.IEditorDecorationsCollection>} */
const collections = new WeakMap();

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
    const end = model.getLineMaxColumn(line);
    made.push({
      range: new monaco.Range(line, end, line, end),
      options: {
        isWholeLine: true,
        className: "run-failed-line",
        after: { content: `  ${words}`, inlineClassName: "run-failed-words", cursorStops: monaco.editor.InjectedTextCursorStops.None },
        showIfCollapsed: true,
        stickiness: monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges,
      },
    });
  }
  marks.set(made);
}
