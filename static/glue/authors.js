// Who wrote it: on hover of a place, and, when it is wanted, at the end of the current line.

import * as monaco from "monaco-editor/editor";
import { behind, place } from "./behind.js";
import { editorOf, fileOf } from "./editor.js";
import { plain } from "./marks.js";

/** @typedef {{start: number, end: number, words: string}} Written */
/** @typedef {(file: string, offset: number) => Promise<Written | undefined>} Ask */
/** @type {Ask | null} */
let ask = null;

monaco.languages.registerHoverProvider({ scheme: "file" }, {
  provideHover: async (model, position, token) => {
    const file = fileOf(model);
    if (ask === null || file === null) return null;
    // Behind a line's last character the line break is meant, and whoever made it.
    const found = await ask(file, model.getOffsetAt(position)).catch(() => undefined);
    if (found === undefined || token.isCancellationRequested || model.isDisposed()) return null;
    const range = monaco.Range.fromPositions(model.getPositionAt(found.start), model.getPositionAt(found.end));
    return { range, contents: [{ value: plain(found.words) }] };
  },
});

/** Asks this from now on. @param {Ask} who */
export function onAuthor(who) {
  ask = who;
}

/** @type {WeakMap<monaco.editor.ICodeEditor, monaco.editor.IEditorDecorationsCollection>} */
const annotations = new WeakMap();
const annotation = place();

/** Writes at the end of a line; nothing, and what was written goes. @param {number} line @param {string} words */
export function annotate(line, words) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  const known = annotations.get(editor) ?? editor.createDecorationsCollection();
  annotations.set(editor, known);
  if (words === "" || line < 1 || line > model.getLineCount()) {
    known.clear();
    return;
  }
  known.set([behind(annotation, model, line, words, "mark-author")]);
}

/** The line that the caret is in: its number, its first unit and its end. */
export function currentLine() {
  const editor = editorOf();
  const model = editor?.getModel();
  const number = editor?.getPosition()?.lineNumber;
  if (!model || number === undefined) return null;
  const start = model.getOffsetAt({ lineNumber: number, column: 1 });
  return { number, start, end: start + model.getLineLength(number) };
}
