// What the editor shows of its text, by the first line: told of one who presents, and taken over from them. By lines, so
// that windows and fonts of any size show the same.

import * as monaco from "monaco-editor/editor";
import { editorOf } from "./editor.js";

/** A line of which so many hundredths are scrolled past is not the first one any more. */
const PAST_MAX = 100;

/** Whether anybody wants to hear of it: it is looked up with every scroll. */
let watched = false;
/** @type {(() => void) | null} */
let tell = null;

/**
 * Reports where the editor is, while it is watched.
 * @param {monaco.editor.ICodeEditor} editor @param {(offset: number, past: number, lines: number) => void} report
 */
export function reportViewport(editor, report) {
  tell = () => {
    const top = watched ? topOf(editor) : null;
    if (top !== null) report(top.offset, top.past, top.lines);
  };
  editor.onDidScrollChange(tell);
  editor.onDidChangeModel(tell);
  editor.onDidLayoutChange(tell);
  // Text that comes above moves the lines, and not always the scroll.
  editor.onDidChangeModelContent(tell);
  tell();
}

/** @param {boolean} on */
export function watchViewport(on) {
  watched = on;
  if (editorOf() !== null) tell?.();
}

/**
 * The line at the upper edge, where it begins, how much of it is scrolled past, in hundredths, and how many lines there
 * are from it on.
 * @param {monaco.editor.ICodeEditor} editor
 */
function topOf(editor) {
  const model = editor.getModel();
  if (model === null) return null;
  const top = editor.getScrollTop();
  // The first one that is wholly visible; the one before it may be at the edge.
  let line = editor.getVisibleRanges()[0]?.startLineNumber ?? 1;
  while (line > 1 && editor.getTopForLineNumber(line) > top) line--;
  const past = Math.round((PAST_MAX * (top - editor.getTopForLineNumber(line))) / lineHeight(editor));
  const offset = model.getOffsetAt({ lineNumber: line, column: 1 });
  const lines = (editor.getVisibleRanges().at(-1)?.endLineNumber ?? line) - line + 1;
  return { line, offset, past: Math.min(PAST_MAX - 1, Math.max(0, past)), lines };
}

/** @param {monaco.editor.ICodeEditor} editor */
function lineHeight(editor) {
  return editor.getOption(monaco.editor.EditorOption.lineHeight);
}

/**
 * Scrolls so that the line there is the first one. Of a selection that another screen shows among the lines from there on
 * that end is in view on a smaller one, too: the caret before the other.
 * @param {number} offset @param {number} past @param {number} lines @param {Uint32Array} ends
 */
export function showViewport(offset, past, lines, ends) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  const line = model.getPositionAt(offset).lineNumber;
  // There is room above the first line, which belongs to it.
  const isStart = line === 1 && past === 0;
  let to = isStart ? 0 : editor.getTopForLineNumber(line) + Math.round((lineHeight(editor) * past) / PAST_MAX);
  const seen = [...ends].map((end) => model.getPositionAt(end).lineNumber).find((at) => at >= line && at < line + lines);
  if (seen !== undefined) {
    to = Math.max(to, editor.getTopForLineNumber(seen) + lineHeight(editor) - editor.getLayoutInfo().height);
  }
  const { Smooth, Immediate } = monaco.editor.ScrollType;
  // What is further than a screen away is somewhere else: nothing is learned from seeing all that lies between.
  const isNear = Math.abs(to - editor.getScrollTop()) <= editor.getLayoutInfo().height;
  editor.setScrollTop(to, isNear ? Smooth : Immediate);
}

/** The first line and how much of it is scrolled past, for tests. */
export function viewport() {
  const editor = editorOf();
  const top = editor === null ? null : topOf(editor);
  return top === null ? null : { line: top.line, past: top.past };
}
