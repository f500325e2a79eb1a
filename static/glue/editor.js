// The editor and the texts that it was shown. A text is the mirror of one of the replica's: what the person types is
// reported, what comes from elsewhere is applied, and Monaco's own undo is never used.

import * as monaco from "monaco-editor/editor";
import { clearBlocks, watchBlocks } from "./blocks.js";
import { leaveCaret, returnCaret } from "./carets.js";
import { layoutFlags } from "./flags.js";
import { guardEditor } from "./guards.js";
import { introduce } from "./languages.js";
import { attach, indent, isLarge, lookThrough, optionsFor } from "./large.js";
import { clearMarks, forgetMarks, markFresh, plain } from "./marks.js";
import { defineThemes, themeName } from "./theme.js";
import { reportViewport } from "./viewport.js";

/**
 * @typedef {object} Host what the wasm wants to hear
 * @property {(file: string, changes: {offset: number, length: number, text: string}[]) => void} typed
 * @property {(file: string, anchor: number, head: number) => void} cursor
 * @property {(file: string, offset: number, past: number, lines: number) => void} scrolled
 * @property {() => void} wandered
 * @property {(redo: boolean) => void} undo
 * @property {(composing: boolean) => void} composing
 * @property {() => void} lock
 * @property {(id: string) => void} unlock
 * @property {(locked: boolean) => void} inLock
 */

/** @type {monaco.editor.IStandaloneCodeEditor | null} */
let editor = null;
/** @type {Host | null} */
let host = null;
/** @type {Map<string, monaco.editor.ITextModel>} file id -> text */
const texts = new Map();
/** @type {string | null} the file that is shown */
let shown = null;
/** Changes are being applied from elsewhere: they are not the person's. */
let applying = false;
let dark = false;
let readOnly = true;
/** Languages whose workers are handed every text that is known. */
const EAGER = /\.(json|css|scss|less|html?)$/i;
/** What one is told who types where nothing can be typed. */
let readOnlyWhy = "";

defineThemes();

// Undo is the replica's. Monaco's command is replaced, whatever key or menu calls it.
for (const [id, redo] of /** @type {const} */ ([["undo", false], ["redo", true]])) {
  monaco.editor.addCommand({ id, run: () => undo(id, redo) });
}

/** @param {string} id @param {boolean} redo */
function undo(id, redo) {
  const field = document.activeElement;
  // In the find box, and wherever else text is typed that is no file's, the browser's own undo is meant.
  if (field instanceof HTMLElement && field.matches("input, textarea") && !editor?.hasTextFocus()) {
    document.execCommand(id);
  } else {
    host?.undo(redo);
  }
}

/** Fills an element with the editor. @param {HTMLElement} place @param {Host} to */
export function create(place, to) {
  editor?.dispose();
  host = to;
  const made = monaco.editor.create(place, {
    model: null,
    theme: themeName(dark),
    readOnly,
    readOnlyMessage: { value: plain(readOnlyWhy) },
    automaticLayout: true,
    accessibilitySupport: "auto",
    ariaLabel: "Editor",
    editContext: false,
    fontLigatures: false,
    fontSize: 13,
    lineHeight: 20,
    minimap: { enabled: false, showRegionSectionHeaders: false, showMarkSectionHeaders: false },
    // Each of these looks at the whole text, or measures lines, whenever the text changes: 60 times a second.
    bracketPairColorization: { enabled: false },
    guides: { indentation: false },
    stickyScroll: { enabled: false },
    foldingStrategy: "indentation",
    links: false,
    colorDecorators: false,
    codeLens: false,
    inlayHints: { enabled: "off" },
    occurrencesHighlight: "off",
    scrollBeyondLastLine: false,
    smoothScrolling: true,
    renderLineHighlight: "line",
    overviewRulerBorder: false,
    padding: { top: 12, bottom: 12 },
    lineDecorationsWidth: 14,
    ...optionsFor(false),
    // For large texts it waits, see `settle`.
    detectIndentation: false,
    fixedOverflowWidgets: true,
  });
  editor = made;
  made.onDidChangeModelContent(layoutFlags);
  made.onDidChangeCursorSelection(({ selection }) => {
    const model = made.getModel();
    if (applying || shown === null || model === null) return;
    const anchor = model.getOffsetAt(selection.getSelectionStart());
    host?.cursor(shown, anchor, model.getOffsetAt(selection.getPosition()));
  });
  // One who only comes and looks is somewhere, too.
  made.onDidFocusEditorText(() => {
    const model = made.getModel();
    const at = made.getSelection();
    if (shown === null || model === null || at === null) return;
    host?.cursor(shown, model.getOffsetAt(at.getSelectionStart()), model.getOffsetAt(at.getPosition()));
  });
  reportViewport(made, (offset, past, lines) => {
    if (shown !== null) host?.scrolled(shown, offset, past, lines);
  });
  watchBlocks(made);
  guardEditor(made, to);
  made.onDidCompositionStart(() => host?.composing(true));
  made.onDidCompositionEnd(() => host?.composing(false));
  // What only a person does. Monaco's scroll events do not tell a person's from ours.
  for (const kind of ["wheel", "touchmove", "pointerdown"]) {
    place.addEventListener(kind, () => host?.wandered(), { passive: true });
  }
  place.addEventListener("keydown", (event) => {
    if (!["Escape", "Control", "Meta", "Shift", "Alt", "F6"].includes(event.key)) host?.wandered();
  });
  // Those from before the editor had other options than its own.
  texts.forEach(settle);
  const model = shown === null ? undefined : texts.get(shown);
  if (model !== undefined) open(made, model);
}

/** Unmounts the editor; texts stay. */
export function dispose() {
  clearBlocks();
  forgetMarks();
  editor?.dispose();
  editor = null;
  host = null;
}

/** Whether a file's text is here. @param {string} file */
export function knows(file) {
  return texts.has(file);
}

/** Makes a file's text known, if it is not. @param {string} file @param {string} path @param {string} text */
export function learn(file, path, text) {
  if (!texts.has(file)) texts.set(file, makeText(file, path, text));
}

/**
 * The same for a file that is not shown yet, with all that showing it would begin with. Nothing, for a language whose
 * worker would be handed the text at once.
 * @param {string} file @param {string} path @param {string} text
 */
export function learnAhead(file, path, text) {
  if (EAGER.test(path)) return;
  learn(file, path, text);
  const model = texts.get(file);
  if (model !== undefined) lookThrough(model);
}

/** Shows a text that is known. @param {string} file */
export function show(file) {
  shown = file;
  const model = texts.get(file);
  if (editor === null || model === undefined || editor.getModel() === model) return;
  clearMarks();
  clearBlocks();
  open(editor, model);
}

/** Shows no file. */
export function blank() {
  shown = null;
  clearMarks();
  clearBlocks();
  editor?.setModel(null);
}

/** @param {monaco.editor.IStandaloneCodeEditor} into @param {monaco.editor.ITextModel} model */
function open(into, model) {
  applying = true;
  leaveCaret(into);
  attach(into, model);
  returnCaret(into);
  applying = false;
  if (!isLarge(model)) void introduce(model);
}

/** @param {string} file @param {string} path @param {string} text */
function makeText(file, path, text) {
  const plain = monaco.Uri.file(`/${path}`);
  const taken = monaco.editor.getModel(plain) !== null;
  const model = monaco.editor.createModel(text, undefined, taken ? monaco.Uri.file(`/${file}/${path}`) : plain);
  model.setEOL(monaco.editor.EndOfLineSequence.LF);
  settle(model);
  model.onDidChangeContent(({ changes }) => {
    if (applying) return;
    host?.typed(file, changes.map((c) => ({ offset: c.rangeOffset, length: c.rangeLength, text: c.text })));
  });
  return model;
}

/** @param {monaco.editor.ITextModel} model */
function settle(model) {
  model.updateOptions({ bracketColorizationOptions: { enabled: false, independentColorPoolPerBracketType: false } });
  if (!isLarge(model)) indent(model);
}

/** @param {string} file @param {string} path */
export function rename(file, path) {
  const model = texts.get(file);
  if (model === undefined) return;
  const language = monaco.languages.getLanguages().find((one) => one.extensions?.some((end) => path.endsWith(end)));
  monaco.editor.setModelLanguage(model, language?.id ?? "plaintext");
}

/** @param {string} file */
export function forget(file) {
  const model = texts.get(file);
  texts.delete(file);
  if (shown === file) {
    shown = null;
    clearMarks();
    clearBlocks();
    editor?.setModel(null);
  }
  model?.dispose();
}

/**
 * Applies changes from elsewhere, without an undo stop and without moving the person's cursor.
 * @param {string} file
 * @param {(number | string)[]} flat offset, length and text of each, offsets of the text before them all
 * @param {boolean} fresh the model wrote them just now
 */
export function apply(file, flat, fresh) {
  const model = texts.get(file);
  if (model === undefined) return;
  /** @type {monaco.editor.IIdentifiedSingleEditOperation[]} */
  const edits = [];
  /** @type {[number, number][]} inserted, as offsets of the text after them all */
  const inserted = [];
  let shift = 0;
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const [offset, length, text] = /** @type {[number, number, string]} */ (flat.slice(i, i + 3));
    const range = monaco.Range.fromPositions(model.getPositionAt(offset), model.getPositionAt(offset + length));
    edits.push({ range, text });
    if (text !== "") inserted.push([offset + shift, offset + shift + text.length]);
    shift += text.length - length;
  }
  applying = true;
  try {
    const stay = file === shown && editor !== null ? staying(editor, model, flat) : null;
    model.applyEdits(edits);
    if (stay !== null) editor?.setPosition(model.getPositionAt(stay));
  } finally {
    applying = false;
  }
  if (fresh && file === shown && editor !== null) markFresh(editor, inserted);
}

/** Puts a text back. @param {string} file @param {string} text */
export function restore(file, text) {
  applying = true;
  try {
    texts.get(file)?.setValue(text);
  } finally {
    applying = false;
  }
}

/**
 * Where the cursor must be put back to: Monaco would drag it along with text that comes exactly where it stands, and
 * the person with it, wherever the model writes next.
 * @param {monaco.editor.ICodeEditor} editor @param {monaco.editor.ITextModel} model @param {(number | string)[]} flat
 */
function staying(editor, model, flat) {
  const selection = editor.getSelection();
  if (!selection?.isEmpty() || (editor.getSelections()?.length ?? 0) > 1) return null;
  const at = model.getOffsetAt(selection.getPosition());
  let shift = 0;
  for (let i = 0; i + 2 < flat.length; i += 3) {
    const [offset, length, text] = /** @type {[number, number, string]} */ (flat.slice(i, i + 3));
    if (offset === at && text !== "") return at + shift;
    if (offset + length > at) return null;
    shift += text.length - length;
  }
  return null;
}

/** @param {boolean} value @param {string} why */
export function setReadOnly(value, why) {
  readOnly = value;
  readOnlyWhy = why;
  editor?.updateOptions({ readOnly, readOnlyMessage: { value: plain(why) } });
}

/** @param {boolean} value */
export function setDark(value) {
  dark = value;
  monaco.editor.setTheme(themeName(dark));
}

export function focus() {
  editor?.focus();
}

/** @param {number} offset */
export function reveal(offset) {
  const model = editor?.getModel();
  if (model) editor?.revealPositionInCenterIfOutsideViewport(model.getPositionAt(offset));
}

/** Puts the cursor at a place, and the keyboard with it. @param {number} line @param {number} column */
export function goTo(line, column) {
  const model = editor?.getModel();
  if (!model || !editor) return;
  const at = model.validatePosition({ lineNumber: line, column });
  editor.setPosition(at);
  editor.revealPositionInCenterIfOutsideViewport(at);
  editor.focus();
}

/** @param {number} offset */
export function selectLine(offset) {
  const model = editor?.getModel();
  if (!editor || !model) return;
  const line = model.getPositionAt(offset).lineNumber;
  editor.setSelection(new monaco.Range(line, 1, line, model.getLineMaxColumn(line)));
  editor.revealLineInCenterIfOutsideViewport(line);
}

/** What Esc would close in the editor is open. */
export function widgetOpen() {
  const open = [
    ".find-widget.visible",
    ".suggest-widget.visible",
    ".parameter-hints-widget.visible",
    ".rename-box",
    ".monaco-hover:not(.hidden)",
    ".quick-input-widget:not([style*='display: none'])",
    ".context-view.monaco-menu-container",
  ];
  return document.querySelector(open.join(", ")) !== null;
}

/** The text that is shown. */
export function text() {
  return (shown === null ? undefined : texts.get(shown)?.getValue()) ?? null;
}

/** Where the texts are that are known, for tests. */
export function known() {
  return [...texts.values()].map((text) => text.uri.path);
}

/** Where the caret is and what is selected, for tests. */
export function selection() {
  const model = editor?.getModel();
  const at = editor?.getSelection();
  if (!model || !at) return null;
  return { line: at.positionLineNumber, column: at.positionColumn, text: model.getValueInRange(at) };
}

/** The file that a text is of. @param {monaco.editor.ITextModel} model */
export function fileOf(model) {
  for (const [file, text] of texts) if (text === model) return file;
  return null;
}

/** The editor, when it shows this file. @param {string} [file] */
export function editorOf(file) {
  return file === undefined || file === shown ? editor : null;
}
