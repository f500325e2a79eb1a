// Other people in the text: caret and selection in their colour, and their name when they come or move.

import * as monaco from "monaco-editor/editor";
import { editorOf } from "./editor.js";
import { lower, raise } from "./flags.js";
import { plain, range } from "./marks.js";

/** The colours of people that the style sheet has. */
const PALETTE = 8;
const NEVER = monaco.editor.TrackedRangeStickiness.NeverGrowsWhenTypingAtEdges;

/** @typedef {{id: string, name: string, color: number, at: string, anchor: number, head: number}} Person `at` changes when they move themselves */

/** @type {WeakMap<monaco.editor.ICodeEditor, monaco.editor.IEditorDecorationsCollection>} */
const collections = new WeakMap();
/** @type {Map<string, {at: string, index: number}>} who is drawn, and their place in the collection */
let drawn = new Map();

/** @param {monaco.editor.ICodeEditor} editor */
function of(editor) {
  const known = collections.get(editor) ?? editor.createDecorationsCollection();
  collections.set(editor, known);
  return known;
}

/** The others in the open file; replaces those that were shown. @param {Person[]} people */
export function showPeople(people) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  const before = drawn;
  drawn = new Map(people.map(({ id, at }, index) => [id, { at, index }]));
  of(editor).set(people.flatMap((person) => marksOf(model, person)));
  for (const id of before.keys()) if (!drawn.has(id)) lower(id);
  for (const { id, name, color, at } of people) {
    if (before.get(id)?.at === at) continue;
    raise(editor, id, name, `person-${color % PALETTE}`, () => headOf(editor, id));
  }
}

/** @param {monaco.editor.ICodeEditor} editor @param {string} id */
function headOf(editor, id) {
  const index = drawn.get(id)?.index;
  return index === undefined ? null : (of(editor).getRange(2 * index + 1)?.getStartPosition() ?? null);
}

/** @param {monaco.editor.ITextModel} model @param {Person} person @returns {monaco.editor.IModelDeltaDecoration[]} */
function marksOf(model, { name, color, anchor, head }) {
  const look = `person-${color % PALETTE}`;
  const hoverMessage = { value: plain(name) };
  const [start, end] = anchor < head ? [anchor, head] : [head, anchor];
  return [
    { range: range(model, start, end), options: { className: `person-selection ${look}`, hoverMessage, stickiness: NEVER } },
    {
      range: range(model, head, head),
      options: { beforeContentClassName: `person-caret ${look}`, hoverMessage, showIfCollapsed: true, stickiness: NEVER },
    },
  ];
}

/** Another file is about to be shown. */
export function clearPeople() {
  const editor = editorOf();
  if (editor !== null) of(editor).clear();
  drawn.clear();
}

/** The lines that others are in. @param {monaco.editor.ICodeEditor} editor */
export function linesOfPeople(editor) {
  return of(editor).getRanges();
}

/** Who is drawn and where their caret is, for tests. */
export function people() {
  const editor = editorOf();
  if (editor === null) return [];
  return [...drawn.keys()].map((id) => ({ id, ...headOf(editor, id) }));
}
