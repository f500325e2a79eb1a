// Words of ours behind a line of the text: why it changes, who wrote it, what failed there. The style sheet draws them.
// Monaco can put words into a line itself, but not in a large text (large.js), and they look the same in all.

import * as monaco from "monaco-editor/editor";

const { NeverGrowsWhenTypingAtEdges: NEVER } = monaco.editor.TrackedRangeStickiness;

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

/** @typedef {{name: string, style: CSSStyleDeclaration}} Place a class, and what it draws */

/** A place for words; each is made once, and says something else from time to time. @returns {Place} */
export function place() {
  const name = `behind-${sheet.cssRules.length}`;
  const rule = sheet.cssRules[sheet.insertRule(`.${name}::after { content: none; }`, sheet.cssRules.length)];
  return { name, style: /** @type {CSSStyleRule} */ (rule).style };
}

/**
 * Puts words behind a line.
 * @param {Place} place @param {monaco.editor.ITextModel} model @param {number} line
 * @param {string} words @param {string} look their class
 * @returns {monaco.editor.IModelDeltaDecoration}
 */
export function behind(place, model, line, words, look) {
  // They are text, whatever is in them, and stay in their line.
  place.style.setProperty("content", `"${CSS.escape(words.replace(/\s+/g, " "))}"`);
  const column = model.getLineMaxColumn(line);
  return {
    range: new monaco.Range(line, column, line, column),
    options: { afterContentClassName: `behind ${look} ${place.name}`, showIfCollapsed: true, stickiness: NEVER },
  };
}
