// What the model may not touch, as the editor shows it: locked lines, the scope's lines, and the way to lock and unlock.

import * as monaco from "monaco-editor/editor";
import { editorOf } from "./editor.js";

const { AlwaysGrowsWhenTypingAtEdges: ALWAYS, NeverGrowsWhenTypingAtEdges: NEVER } =
  monaco.editor.TrackedRangeStickiness;

/**
 * @typedef {object} Lock
 * @property {string} id
 * @property {string} says who locked it, and what that means
 * @property {boolean} whole the whole file is locked
 * @property {number} start
 * @property {number} end
 */

/**
 * @typedef {object} Keeper what the wasm wants to hear
 * @property {() => void} lock
 * @property {(id: string) => void} unlock
 * @property {(locked: boolean) => void} inLock what is selected, or the cursor, came into locked lines, or left them
 */

/** @typedef {monaco.editor.IEditorDecorationsCollection} Collection */

/** @type {WeakMap<monaco.editor.ICodeEditor, {bands: Collection, glyphs: Collection, scope: Collection}>} */
const collections = new WeakMap();
/** @type {Lock[]} those that are shown, in the order of their decorations */
let shown = [];
/** Whether this page's person may lock. */
let owner = false;
/** @type {Keeper | null} */
let host = null;
/** What the keeper was told last. */
let told = false;
/** @type {monaco.editor.IContextKey<string> | null} which command the context menu offers */
let offer = null;

/** @param {monaco.editor.ICodeEditor} editor */
function of(editor) {
  const make = () => editor.createDecorationsCollection();
  const known = collections.get(editor) ?? { bands: make(), glyphs: make(), scope: make() };
  collections.set(editor, known);
  return known;
}

/** The editor was made. @param {monaco.editor.IStandaloneCodeEditor} editor @param {Keeper} keeper */
export function guardEditor(editor, keeper) {
  host = keeper;
  told = false;
  offer = editor.createContextKey("midstreamLock", "");
  const command = { contextMenuGroupId: "2_midstream", run: () => keeper.lock() };
  const { CtrlCmd, Alt } = monaco.KeyMod;
  // The page's own shortcut comes first; here it is named, so that the menu shows it.
  const keybindings = [CtrlCmd | Alt | monaco.KeyCode.KeyL];
  for (const [state, label] of /** @type {const} */ ([
    ["lines", "Lock Lines Against the Model"],
    ["file", "Lock File Against the Model"],
    ["locked", "Unlock for the Model"],
    ["other", "Lock Against the Model (Owners Only)"],
  ])) {
    editor.addAction({ ...command, id: `midstream.lock.${state}`, label, keybindings, precondition: `midstreamLock == ${state}` });
  }
  editor.onDidChangeCursorSelection(() => refreshOffer(editor));
  editor.onMouseDown(({ target }) => {
    const line = target.position?.lineNumber;
    if (!owner || target.type !== monaco.editor.MouseTargetType.GUTTER_GLYPH_MARGIN || line === undefined) return;
    const at = of(editor).glyphs.getRanges().findIndex((range) => range.startLineNumber === line);
    const lock = shown[at];
    if (lock !== undefined) keeper.unlock(lock.id);
  });
  refreshOffer(editor);
}

/** @param {monaco.editor.ICodeEditor} editor */
function refreshOffer(editor) {
  const selection = editor.getSelection();
  const locked = of(editor).bands.getRanges().some((range) => selection !== null && inLines(range, selection));
  if (locked !== told) host?.inLock((told = locked));
  offer?.set(!owner ? "other" : locked ? "locked" : selection?.isEmpty() === false ? "lines" : "file");
}

/** @param {monaco.Range} outer @param {monaco.Range} inner */
function inLines(outer, inner) {
  return outer.startLineNumber <= inner.startLineNumber && inner.endLineNumber <= outer.endLineNumber;
}

/** @param {boolean} value */
export function setOwner(value) {
  owner = value;
  const editor = editorOf();
  if (editor !== null) refreshOffer(editor);
}

/** The locks of the open file; replaces those that were shown. @param {Lock[]} locks */
export function showLocks(locks) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  shown = locks;
  editor.updateOptions({ glyphMargin: locks.length > 0 });
  const { bands, glyphs } = of(editor);
  const ranges = locks.map(({ start, end }) => monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end)));
  bands.set(ranges.map((range, at) => ({ range, options: bandOf(locks[at]) })));
  glyphs.set(
    ranges.map(({ startLineNumber: line }, at) => ({
      range: new monaco.Range(line, 1, line, 1),
      options: { glyphMarginClassName: "lock-glyph", glyphMarginHoverMessage: said(locks[at]), stickiness: NEVER },
    })),
  );
  refreshOffer(editor);
}

/** @param {Lock | undefined} lock @returns {monaco.editor.IModelDecorationOptions} */
function bandOf(lock) {
  // A band over all of a file would say no more than its mark.
  if (lock?.whole) return { stickiness: ALWAYS };
  return { isWholeLine: true, className: "locked-lines", hoverMessage: said(lock), stickiness: NEVER };
}

/** Names are text, never Markdown. @param {Lock | undefined} lock */
function said(lock) {
  return { value: (lock?.says ?? "").replace(/[\\`*_{}[\]()#+\-.!<>|&~]/g, "\\$&") };
}

/** The parts of the open file that the scope names; nothing: all of it. @param {number[]} flat start and end of each */
export function showScope(flat) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  /** @type {monaco.editor.IModelDeltaDecoration[]} */
  const marks = [];
  let line = 1;
  /** @param {number} to */
  const outside = (to) => {
    if (to < line) return;
    marks.push({ range: new monaco.Range(line, 1, to, model.getLineMaxColumn(to)), options: { inlineClassName: "out-of-scope", stickiness: NEVER } });
  };
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const range = monaco.Range.fromPositions(model.getPositionAt(flat[i] ?? 0), model.getPositionAt(flat[i + 1] ?? 0));
    outside(range.startLineNumber - 1);
    marks.push({ range, options: { isWholeLine: true, marginClassName: "scope-lines", stickiness: NEVER } });
    line = Math.max(line, range.endLineNumber + 1);
  }
  if (flat.length > 0) outside(model.getLineCount());
  of(editor).scope.set(marks);
}

/** What is selected in the open file, as two offsets, if anything is. */
export function selectedOffsets() {
  const editor = editorOf();
  const model = editor?.getModel();
  const selected = editor?.getSelection();
  if (!model || !selected || selected.isEmpty()) return null;
  return [model.getOffsetAt(selected.getSelectionStart()), model.getOffsetAt(selected.getPosition())];
}

/** Where the cursor is in the open file. */
export function caret() {
  const model = editorOf()?.getModel();
  const at = editorOf()?.getPosition();
  return model && at ? model.getOffsetAt(at) : null;
}
