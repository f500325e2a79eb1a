// Where the person's caret was in each text: it is there again when they come back, moved along with what others wrote.

import * as monaco from "monaco-editor/editor";

const NEVER = monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges;

/** @type {WeakMap<monaco.editor.ITextModel, {ids: string[], backwards: boolean}>} */
const left = new WeakMap();

/** The editor is about to show another text. @param {monaco.editor.ICodeEditor} editor */
export function leaveCaret(editor) {
  const model = editor.getModel();
  const at = editor.getSelection();
  if (model === null || at === null) return;
  const mark = { range: at, options: { description: "caret", stickiness: NEVER } };
  const ids = model.deltaDecorations(left.get(model)?.ids ?? [], [mark]);
  left.set(model, { ids, backwards: at.getDirection() === monaco.SelectionDirection.RTL });
}

/** The editor shows another text. @param {monaco.editor.ICodeEditor} editor */
export function returnCaret(editor) {
  const model = editor.getModel();
  const kept = model === null ? undefined : left.get(model);
  const at = kept?.ids[0] === undefined ? null : (model?.getDecorationRange(kept.ids[0]) ?? null);
  if (!kept || at === null) return;
  const { LTR, RTL } = monaco.SelectionDirection;
  editor.setSelection(monaco.Selection.fromRange(at, kept.backwards ? RTL : LTR));
}
