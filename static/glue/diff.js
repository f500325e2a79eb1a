// The diff editor: what became of a text, beside or below what it was. It has texts of its own, which go when it is put
// away.

import * as monaco from "monaco-editor/editor";

/** How long texts stay that are not shown any more, in milliseconds: a comparison that Monaco has given up still has to
 * find them, or it throws, and the first one waits until its worker is loaded. */
const LINGER_MS = 30_000;

/** Narrower than this, two columns are too narrow to read code in, in pixels. */
const TWO_COLUMNS_MIN = 720;

/** @type {monaco.editor.IStandaloneDiffEditor | null} the editor, while it is shown */
let diff = null;
/**
 * The same, once it was made. It is put away and taken out again, and never disposed of: what it has set to be made in a
 * quiet moment would then be made without what it is made of, which Monaco reports as an error.
 * @type {{editor: monaco.editor.IStandaloneDiffEditor, element: HTMLElement} | null}
 */
let made = null;
/** @type {monaco.editor.ITextModel[]} */
let texts = [];
let inline = false;
/** The next text begins at its last change. */
let atTheEnd = false;
/** The text that is shown was not yet gone to. */
let fresh = false;

/** Fills an element with the diff editor. @param {HTMLElement} place */
export function createDiff(place) {
  disposeDiff();
  made ??= make();
  place.append(made.element);
  diff = made.editor;
  diff.layout();
}

function make() {
  const element = document.createElement("div");
  element.style.height = "100%";
  const editor = monaco.editor.createDiffEditor(element, {
    readOnly: true,
    originalEditable: false,
    automaticLayout: true,
    renderSideBySide: !inline,
    useInlineViewWhenSpaceIsLimited: true,
    renderSideBySideInlineBreakpoint: TWO_COLUMNS_MIN,
    hideUnchangedRegions: { enabled: true, contextLineCount: 3, minimumLineCount: 4, revealLineCount: 20 },
    renderOverviewRuler: false,
    renderGutterMenu: false,
    renderMarginRevertIcon: false,
    diffAlgorithm: "advanced",
    originalAriaLabel: "Before",
    modifiedAriaLabel: "After",
    ariaLabel: "Changes",
    fontLigatures: false,
    fontSize: 13,
    lineHeight: 20,
    lineDecorationsWidth: 10,
    minimap: { enabled: false, showRegionSectionHeaders: false, showMarkSectionHeaders: false },
    scrollBeyondLastLine: false,
    guides: { indentation: false },
    stickyScroll: { enabled: false },
    links: false,
    occurrencesHighlight: "off",
    padding: { top: 8, bottom: 8 },
    unicodeHighlight: { ambiguousCharacters: false },
  });
  editor.onDidUpdateDiff(() => {
    if (!fresh) return;
    fresh = false;
    land(atTheEnd ? -1 : 1);
    atTheEnd = false;
  });
  return { editor, element };
}

/** Puts it away, and its texts with it. */
export function disposeDiff() {
  diff?.setModel(null);
  made?.element.remove();
  diff = null;
  fresh = false;
  letGo(texts);
  texts = [];
}

/** Disposes of texts, once no comparison of them can run any more. @param {monaco.editor.ITextModel[]} gone */
function letGo(gone) {
  setTimeout(() => gone.forEach((text) => text.dispose()), LINGER_MS);
}

/** @param {string} path @param {string} before @param {string} after */
export function showDiff(path, before, after) {
  if (diff === null) return;
  const old = texts;
  /** @param {string} side @param {string} text */
  const modelOf = (side, text) => {
    const uri = monaco.Uri.from({ scheme: "midstream-diff", path: `/${side}/${nextId()}/${path}` });
    return monaco.editor.createModel(text, undefined, uri);
  };
  const [original, modified] = [modelOf("before", before), modelOf("after", after)];
  texts = [original, modified];
  fresh = true;
  diff.setModel({ original, modified });
  letGo(old);
}

/** How many texts were shown: no two may have one address. */
let count = 0;
function nextId() {
  count += 1;
  return count;
}

/** @param {boolean} end */
export function beginDiffAtTheEnd(end) {
  atTheEnd = end;
}

/** @param {boolean} value */
export function setDiffInline(value) {
  inline = value;
  diff?.updateOptions({ renderSideBySide: !inline });
}

export function focusDiff() {
  diff?.getModifiedEditor().focus();
}

/** The first lines of the changes, in the new text. */
function changes() {
  return (diff?.getLineChanges() ?? []).map((change) => Math.max(1, change.modifiedStartLineNumber));
}

/** Goes to the first change, or to the last. @param {number} by */
function land(by) {
  const all = changes();
  const line = by < 0 ? all[all.length - 1] : all[0];
  if (line !== undefined) goTo(line);
}

/** @param {number} line */
function goTo(line) {
  const editor = diff?.getModifiedEditor();
  editor?.setPosition({ lineNumber: line, column: 1 });
  editor?.revealLineInCenter(line);
}

/**
 * Goes to the next change, or to the one before. Whether there was one.
 * @param {number} by @param {boolean} round after the last one the first
 */
export function stepDiff(by, round) {
  const at = diff?.getModifiedEditor().getPosition()?.lineNumber ?? 0;
  const all = changes();
  const next = by > 0 ? all.find((line) => line > at) : all.filter((line) => line < at).pop();
  if (next !== undefined) goTo(next);
  else if (round) land(by);
  return next !== undefined;
}

/** What is shown, for tests. */
export function diffState() {
  if (diff === null) return null;
  const [original, modified] = texts;
  return {
    before: original?.getValue() ?? null,
    after: modified?.getValue() ?? null,
    changes: changes(),
    line: diff.getModifiedEditor().getPosition()?.lineNumber ?? null,
    models: monaco.editor.getModels().filter((model) => model.uri.scheme === "midstream-diff").length,
  };
}
