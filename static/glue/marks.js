// What the model did, drawn over the text: its caret with its name, its fresh text, and hunks in the gutter.

import * as monaco from "monaco-editor/editor";
import { behind, place } from "./behind.js";
import { editorOf } from "./editor.js";
import { lower, lowerAll, raise, raised, rename } from "./flags.js";
import { clearPeople, linesOfPeople } from "./people.js";

/** Fresh text grows old in this many steps … */
const AGES = 4;
/** … of this many milliseconds: gone after 1.6 s. */
const AGE_MS = 400;
/** The most fresh ranges of one age: more would cost frames, and nobody tells them apart. */
const FRESH_MAX = 96;
/** The key of the model's flag: no participant's id has a blank. */
const MODEL = "the model";
/** A caret that goes further than this at once, in lines, is somewhere else: its flag is raised anew. */
const JUMP = 3;
const { NeverGrowsWhenTypingAtEdges: NEVER, AlwaysGrowsWhenTypingAtEdges: ALWAYS } =
  monaco.editor.TrackedRangeStickiness;

/** @typedef {monaco.editor.IEditorDecorationsCollection} Collection */

/** @type {WeakMap<monaco.editor.ICodeEditor, {caret: Collection, hunks: Collection, why: Collection, fresh: Collection[]}>} */
const collections = new WeakMap();
const whyPlace = place();
/** What people know the model by. */
let modelName = "Model";
/** The line that its caret was shown in, in the file that is shown. @type {number | null} */
let modelLine = null;
/** @type {{file: string, offset: number} | null} where the model writes, in whichever file */
let caretAt = null;
/** @type {{index: number, why: string} | null} the hunk that is being written, among those that are shown */
let openHunk = null;
/** @type {ReturnType<typeof setTimeout> | null} */
let aging = null;

/** @param {monaco.editor.ICodeEditor} editor */
function of(editor) {
  const make = () => editor.createDecorationsCollection();
  const known = collections.get(editor) ?? {
    caret: make(),
    hunks: make(),
    why: make(),
    fresh: Array.from({ length: AGES }, make),
  };
  collections.set(editor, known);
  return known;
}

/** Another file is about to be shown. */
export function clearMarks() {
  const editor = editorOf();
  if (editor === null) return;
  const { caret, hunks, why, fresh } = of(editor);
  for (const one of [caret, hunks, why, ...fresh]) one.clear();
  openHunk = null;
  modelLine = null;
  clearPeople();
  lowerAll();
}

/** The editor is about to be unmounted. */
export function forgetMarks() {
  clearPeople();
  lowerAll();
  modelLine = null;
  if (aging !== null) clearTimeout(aging);
  aging = null;
}

/** @param {monaco.editor.ITextModel} model @param {number} start @param {number} end */
export function range(model, start, end) {
  return monaco.Range.fromPositions(model.getPositionAt(start), model.getPositionAt(end));
}

/**
 * Marks what the model wrote just now.
 * @param {monaco.editor.ICodeEditor} editor @param {[number, number][]} inserted
 */
export function markFresh(editor, inserted) {
  const model = editor.getModel();
  const [youngest] = of(editor).fresh;
  if (model === null || youngest === undefined) return;
  const room = Math.max(0, FRESH_MAX - youngest.length);
  youngest.append(inserted.slice(0, room).map(([start, end]) => freshMark(range(model, start, end), 0)));
  aging ??= setTimeout(age, AGE_MS, editor);
}

/** @param {monaco.IRange} at @param {number} age @returns {monaco.editor.IModelDeltaDecoration} */
function freshMark(at, age) {
  return { range: at, options: { inlineClassName: `fresh fresh-${age}`, stickiness: NEVER } };
}

/** @param {monaco.editor.ICodeEditor} editor */
function age(editor) {
  const { fresh } = of(editor);
  for (let i = AGES - 1; i > 0; i--) {
    const younger = fresh[i - 1]?.getRanges() ?? [];
    if (younger.length > 0 || (fresh[i]?.length ?? 0) > 0) fresh[i]?.set(younger.map((at) => freshMark(at, i)));
  }
  fresh[0]?.clear();
  aging = fresh.some((one) => one.length > 0) ? setTimeout(age, AGE_MS, editor) : null;
}

/** @param {string} file @param {number} offset @param {boolean} scroll */
export function showModelCaret(file, offset, scroll) {
  caretAt = { file, offset };
  const editor = editorOf(file);
  const model = editor?.getModel();
  // It writes elsewhere: nothing of it stays in the file that is shown.
  if (!editor || !model) return hideModelCaret();
  const at = range(model, offset, offset);
  of(editor).caret.set([
    {
      range: at,
      options: { beforeContentClassName: "model-caret", showIfCollapsed: true, stickiness: NEVER },
    },
  ]);
  placeWhy(editor, model);
  flagModel(editor, at.startLineNumber);
  if (scroll) editor.revealLineInCenterIfOutsideViewport(at.startLineNumber, monaco.editor.ScrollType.Smooth);
}

/** Says who writes when the model begins, and when it goes on elsewhere. @param {monaco.editor.ICodeEditor} editor @param {number} line */
function flagModel(editor, line) {
  const far = modelLine === null || Math.abs(line - modelLine) > JUMP;
  modelLine = line;
  if (!far || raised(MODEL)) return;
  raise(editor, MODEL, modelName, "flag-model", () => of(editor).caret.getRange(0)?.getStartPosition() ?? null);
}

export function hideModelCaret() {
  const editor = editorOf();
  if (editor !== null) of(editor).caret.clear();
  modelLine = null;
  lower(MODEL);
}

/** What people know the model by. Its turn and its first text may come in one: then its flag is up by now. @param {string} name */
export function nameModel(name) {
  modelName = name;
  rename(MODEL, name);
}

/** Whether the model or another person was last seen in the line that the person is in. */
export function othersInMyLine() {
  const editor = editorOf();
  const mine = editor?.getPosition()?.lineNumber;
  if (!editor || mine === undefined) return false;
  return [...of(editor).caret.getRanges(), ...linesOfPeople(editor)].some((at) => at.startLineNumber <= mine && mine <= at.endLineNumber);
}

/** Scrolls to where the model writes, or wrote last. */
export function revealModel() {
  const editor = caretAt === null ? null : editorOf(caretAt.file);
  if (!editor || caretAt === null) return;
  const model = editor.getModel();
  const tracked = of(editor).caret.getRange(0)?.getStartPosition();
  const at = tracked ?? model?.getPositionAt(caretAt.offset);
  if (at) editor.revealPositionInCenterIfOutsideViewport(at, monaco.editor.ScrollType.Smooth);
}

/** @param {{id: string, why: string, open: boolean, accepted: boolean, current: boolean, start: number, end: number}[]} hunks */
export function showHunks(hunks) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  of(editor).hunks.set(hunks.map((hunk) => hunkMark(model, hunk)));
  const index = hunks.findIndex(({ open, why }) => open && why !== "");
  const why = hunks[index]?.why;
  openHunk = why === undefined ? null : { index, why };
  placeWhy(editor, model);
}

/**
 * The open hunk's reason, behind its first line: placed anew with what is written, or the text would push it along.
 * @param {monaco.editor.ICodeEditor} editor @param {monaco.editor.ITextModel} model
 */
function placeWhy(editor, model) {
  const { hunks, why } = of(editor);
  const line = openHunk === null ? undefined : hunks.getRange(openHunk.index)?.startLineNumber;
  if (openHunk === null || line === undefined) {
    if (why.length > 0) why.clear();
    return;
  }
  why.set([behind(whyPlace, model, line, openHunk.why, "mark-why")]);
}

/**
 * @param {monaco.editor.ITextModel} model
 * @param {{open: boolean, why: string, accepted: boolean, current: boolean, start: number, end: number}} hunk
 * @returns {monaco.editor.IModelDeltaDecoration}
 */
function hunkMark(model, { why, open, accepted, current, start, end }) {
  // A hunk of whole lines ends before the next line's first column: that line is not part of it.
  const last = model.getPositionAt(end);
  const whole = range(model, start, end > start && last.column === 1 ? end - 1 : end);
  const state = open ? "mark-open" : accepted ? "mark-accepted" : "mark-done";
  const here = current ? " mark-current" : "";
  return {
    range: whole,
    options: {
      isWholeLine: true,
      linesDecorationsClassName: `mark-hunk ${state}${here}`,
      linesDecorationsTooltip: why,
      ...(current ? { className: "mark-current-lines" } : {}),
      stickiness: open ? ALWAYS : NEVER,
    },
  };
}

/** Model output is text, never Markdown. @param {string} text */
export function plain(text) {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|&~]/g, "\\$&");
}
