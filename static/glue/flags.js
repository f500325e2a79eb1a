// Flags with a name at somebody's caret: raised when they come or move, and lowered by themselves.

import * as monaco from "monaco-editor/editor";

/** How long a flag stands, in milliseconds: `flag-lower` of editor.css ends with it. */
const FLAG_MS = 2600;

/** @typedef {{widget: monaco.editor.IContentWidget, timer: ReturnType<typeof setTimeout>, editor: monaco.editor.ICodeEditor}} Flag */

/** @type {Map<string, Flag>} */
const flags = new Map();

/**
 * Raises a flag, or raises it anew.
 * @param {monaco.editor.ICodeEditor} editor @param {string} key whose @param {string} name
 * @param {string} look classes of its colour @param {() => monaco.IPosition | null} where
 */
export function raise(editor, key, name, look, where) {
  lower(key);
  const label = document.createElement("span");
  label.className = `flag ${look}`;
  label.textContent = name;
  // A screen reader is told of people by the page's own list.
  label.setAttribute("aria-hidden", "true");
  const { ABOVE, BELOW } = monaco.editor.ContentWidgetPositionPreference;
  const widget = {
    getId: () => `flag.${key}`,
    getDomNode: () => label,
    getPosition: () => ({ position: where(), preference: [ABOVE, BELOW] }),
  };
  editor.addContentWidget(widget);
  flags.set(key, { widget, editor, timer: setTimeout(lower, FLAG_MS, key) });
}

/** Whether somebody's flag is up. @param {string} key */
export function raised(key) {
  return flags.has(key);
}

/** What stands on somebody's flag from now on, if it is up. @param {string} key @param {string} name */
export function rename(key, name) {
  const label = flags.get(key)?.widget.getDomNode();
  if (label && label.textContent !== name) label.textContent = name;
}

/** @param {string} key */
export function lower(key) {
  const flag = flags.get(key);
  if (flag === undefined) return;
  clearTimeout(flag.timer);
  flag.editor.removeContentWidget(flag.widget);
  flags.delete(key);
}

/** The text has moved under them. */
export function layoutFlags() {
  for (const { editor, widget } of flags.values()) editor.layoutContentWidget(widget);
}

/** The editor shows another file, or goes. */
export function lowerAll() {
  for (const key of [...flags.keys()]) lower(key);
}
