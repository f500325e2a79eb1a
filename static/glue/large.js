// Large texts: what Monaco would do with all of a text when it is shown, or whenever it changes, is left out or waits.

import * as monaco from "monaco-editor/editor";

/** From this many characters on a text is large: what a page of code has many times over. */
const LARGE = 1 << 20;
/** From this length on Monaco draws no line whole, unless it may wrap it. */
const LONG_LINE = 10_000;
/** How long after a frame the rest is done, in milliseconds: what waits for the frame itself comes first. */
const REST_MS = 10;

/** The editors that have the options of a large text. @type {WeakSet<monaco.editor.ICodeEditor>} */
const careful = new WeakSet();
/** @type {WeakSet<monaco.editor.ITextModel>} */
const indented = new WeakSet();
/** Whether a text has long lines, and in which version of it. @type {WeakMap<monaco.editor.ITextModel, {version: number, long: boolean}>} */
const lines = new WeakMap();

/** @param {monaco.editor.ITextModel} model */
export function isLarge(model) {
  return model.getValueLength() > LARGE;
}

/** What reads a whole text after every pause in typing is off in large ones. @param {boolean} large */
export function optionsFor(large) {
  return {
    unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: !large },
    wordBasedSuggestions: /** @type {"off" | "currentDocument"} */ (large ? "off" : "currentDocument"),
    // It builds a tree of all brackets of the text, and looks after it with every change.
    matchBrackets: /** @type {"never" | "always"} */ (large ? "never" : "always"),
    // A language's worker is handed the whole text, and reads it, at the first letter of every word. Ctrl+Space asks still.
    quickSuggestions: !large,
    suggestOnTriggerCharacters: !large,
    parameterHints: { enabled: !large },
  };
}

/**
 * Shows a text. A large one is painted as soon as a small one: its lines are drawn as they are, without an object for
 * each, so that nothing in it can be folded or wrapped, and no decoration can put words between its own (behind.js draws
 * ours). Options and indentation stay as they are until it is painted.
 * @param {monaco.editor.IStandaloneCodeEditor} editor @param {monaco.editor.ITextModel} model
 */
export function attach(editor, model) {
  const large = isLarge(model);
  // Monaco asks this where it decides how a text's lines are drawn, and its own limit is far above ours.
  if (large && !hasLongLines(model)) Object.assign(model, { isTooLargeForTokenization: () => true });
  editor.setModel(model);
  // Asked later on, it decides about colours. They are as in every text.
  Reflect.deleteProperty(model, "isTooLargeForTokenization");
  if (large === careful.has(editor) && indented.has(model)) return;
  whenPainted(() => {
    indent(model);
    fit(editor);
  });
}

/** Looks how a text is indented, once, in its first ten thousand lines. @param {monaco.editor.ITextModel} model */
export function indent(model) {
  if (indented.has(model) || model.isDisposed()) return;
  indented.add(model);
  const { tabSize, insertSpaces } = model.getOptions();
  model.detectIndentation(insertSpaces, tabSize);
}

/** Learns of a text what showing it asks for. @param {monaco.editor.ITextModel} model */
export function lookThrough(model) {
  indent(model);
  hasLongLines(model);
}

/** @param {monaco.editor.ITextModel} model */
function hasLongLines(model) {
  const version = model.getVersionId();
  const known = lines.get(model);
  if (known?.version === version) return known.long;
  const long = findLongLine(model);
  lines.set(model, { version, long });
  return long;
}

/** @param {monaco.editor.ITextModel} model */
function findLongLine(model) {
  // Each of them has such a place.
  for (let offset = 0; offset < model.getValueLength(); offset += LONG_LINE) {
    if (model.getLineLength(model.getPositionAt(offset).lineNumber) >= LONG_LINE) return true;
  }
  return false;
}

/** Gives an editor the options that fit its text. They are all computed anew by that. @param {monaco.editor.ICodeEditor} editor */
function fit(editor) {
  const model = editor.getModel();
  if (model === null || isLarge(model) === careful.has(editor)) return;
  const large = !careful.delete(editor);
  if (large) careful.add(editor);
  editor.updateOptions(optionsFor(large));
}

/** @param {() => void} then */
function whenPainted(then) {
  // Nothing is painted in a page that nobody sees.
  if (document.hidden) setTimeout(then);
  else requestAnimationFrame(() => setTimeout(then, REST_MS));
}
