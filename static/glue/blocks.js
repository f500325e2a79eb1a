// Elements of the page's own between the editor's lines: what a held hunk would change stands above the lines that it
// would change. Monaco hides view zones from screen readers, so a zone only makes the room, and the element stands
// over it as an overlay widget.

import * as monaco from "monaco-editor/editor";
import { editorOf } from "./editor.js";

/**
 * @typedef {object} Block
 * @property {monaco.editor.IOverlayWidget} widget
 * @property {HTMLElement} element
 * @property {monaco.editor.IViewZone & {heightInPx: number}} zone
 * @property {string} zoneId
 * @property {monaco.editor.IEditorDecorationsCollection} lines those that it stands above
 * @property {ResizeObserver} sizes
 */

const { NeverGrowsWhenTypingAtEdges: NEVER } = monaco.editor.TrackedRangeStickiness;

/** @type {Map<string, Block>} */
const blocks = new Map();
/** Blocks are about to be placed anew. */
let following = false;

/** The editor was made: blocks keep to its width, and to their lines. @param {monaco.editor.IStandaloneCodeEditor} editor */
export function watchBlocks(editor) {
  editor.onDidLayoutChange(() => blocks.forEach((block) => fit(editor, block)));
  editor.onDidChangeModelContent(() => {
    if (blocks.size === 0 || following) return;
    following = true;
    requestAnimationFrame(() => {
      following = false;
      follow();
    });
  });
}

/**
 * Puts an element above the lines between two offsets of the open file, or moves it there.
 * @param {string} id @param {HTMLElement} element @param {number} start @param {number} end
 */
export function putBlock(id, element, start, end) {
  const editor = editorOf();
  const model = editor?.getModel();
  if (!editor || !model) return;
  const from = model.getPositionAt(start);
  const last = model.getPositionAt(end);
  // Whole lines end before the next line's first column: that line is not one of them.
  const to = end > start && last.column === 1 ? last.lineNumber - 1 : last.lineNumber;
  const known = blocks.get(id);
  const block = known ?? make(editor, id, element);
  block.lines.set([
    {
      range: new monaco.Range(from.lineNumber, 1, to, model.getLineMaxColumn(to)),
      options: { isWholeLine: true, className: "held-lines", linesDecorationsClassName: "mark-hunk mark-held", stickiness: NEVER },
    },
  ]);
  block.zone.afterLineNumber = from.lineNumber - 1;
  if (known !== undefined) {
    steadily(editor, () => editor.changeViewZones((zones) => zones.layoutZone(block.zoneId)));
    return;
  }
  editor.addOverlayWidget(block.widget);
  fit(editor, block);
  steadily(editor, () =>
    editor.changeViewZones((zones) => {
      block.zoneId = zones.addZone(block.zone);
    }),
  );
  blocks.set(id, block);
  block.sizes.observe(element);
}

/** @param {monaco.editor.ICodeEditor} editor @param {string} id @param {HTMLElement} element @returns {Block} */
function make(editor, id, element) {
  element.classList.add("editor-block");
  // What is done there is done to the element, not to the text behind it.
  for (const kind of ["keydown", "pointerdown"]) element.addEventListener(kind, (event) => event.stopPropagation());
  element.addEventListener("wheel", (event) => scrollPast(editor, element, event), { passive: false });
  /** @type {Block} */
  const block = {
    element,
    widget: { getId: () => `block.${id}`, getDomNode: () => element, getPosition: () => null },
    zone: {
      afterLineNumber: 0,
      heightInPx: 0,
      domNode: document.createElement("div"),
      showInHiddenAreas: true,
      onDomNodeTop: (top) => {
        element.style.top = `${top}px`;
      },
    },
    zoneId: "",
    lines: editor.createDecorationsCollection(),
    sizes: new ResizeObserver(() => grow(block)),
  };
  return block;
}

/**
 * Over an element the wheel scrolls the text, as beside it; unless something in the element scrolls itself.
 * @param {monaco.editor.ICodeEditor} editor @param {HTMLElement} element @param {WheelEvent} event
 */
function scrollPast(editor, element, event) {
  if (event.ctrlKey || event.deltaY === 0) return;
  for (let at = event.target; at instanceof HTMLElement && at !== element; at = at.parentElement) {
    if (at.scrollHeight > at.clientHeight && getComputedStyle(at).overflowY === "auto") return;
  }
  const line = editor.getOption(monaco.editor.EditorOption.lineHeight);
  editor.setScrollTop(editor.getScrollTop() + event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? line : 1));
  event.preventDefault();
}

/** Makes the room that the element takes. @param {Block} block */
function grow(block) {
  const editor = editorOf();
  const height = Math.ceil(block.element.getBoundingClientRect().height);
  if (editor === null || height === 0 || height === block.zone.heightInPx) return;
  steadily(editor, () => {
    block.zone.heightInPx = height;
    editor.changeViewZones((zones) => zones.layoutZone(block.zoneId));
  });
  block.element.classList.add("placed");
}

/** Lines came or went above: Monaco moved the room by itself, but would put it back at its next layout. */
function follow() {
  const editor = editorOf();
  if (editor === null) return;
  for (const { zone, zoneId, lines } of blocks.values()) {
    const line = lines.getRange(0)?.startLineNumber;
    if (line === undefined || line - 1 === zone.afterLineNumber) continue;
    zone.afterLineNumber = line - 1;
    editor.changeViewZones((zones) => zones.layoutZone(zoneId));
  }
}

/** @param {monaco.editor.ICodeEditor} editor @param {Block} block */
function fit(editor, { element }) {
  const { contentLeft, contentWidth, verticalScrollbarWidth } = editor.getLayoutInfo();
  element.style.setProperty("--editor-font", editor.getOption(monaco.editor.EditorOption.fontInfo).fontFamily);
  element.style.left = `${contentLeft}px`;
  element.style.width = `${contentWidth - verticalScrollbarWidth}px`;
}

/**
 * Changes heights between lines, while the line that a person looks at stays where it is on the screen: the cursor's,
 * or else the first one.
 * @param {monaco.editor.ICodeEditor} editor @param {() => void} change
 */
function steadily(editor, change) {
  const seen = editor.getVisibleRanges();
  const cursor = editor.hasTextFocus() ? editor.getPosition()?.lineNumber : undefined;
  const within = seen.some((at) => cursor !== undefined && at.startLineNumber <= cursor && cursor <= at.endLineNumber);
  const line = within ? cursor : seen[0]?.startLineNumber;
  const top = editor.getScrollTop();
  const before = line === undefined ? 0 : editor.getTopForLineNumber(line);
  change();
  // At the top of the file there is nothing above to be pushed out of sight.
  if (line === undefined || (top === 0 && !within)) return;
  const moved = editor.getTopForLineNumber(line) - before;
  if (moved !== 0) editor.setScrollTop(top + moved, monaco.editor.ScrollType.Immediate);
}

/** @param {string} id */
export function removeBlock(id) {
  const editor = editorOf();
  const block = blocks.get(id);
  blocks.delete(id);
  if (block === undefined) return;
  block.sizes.disconnect();
  if (editor === null) return;
  block.lines.clear();
  // Who decided there goes on in the editor.
  if (block.element.contains(document.activeElement)) editor.focus();
  editor.removeOverlayWidget(block.widget);
  steadily(editor, () => editor.changeViewZones((zones) => zones.removeZone(block.zoneId)));
}

/** Another file is about to be shown, or the editor to be unmounted. */
export function clearBlocks() {
  for (const id of [...blocks.keys()]) removeBlock(id);
}

/** Scrolls to a block, if it is not in sight. @param {string} id */
export function revealBlock(id) {
  const editor = editorOf();
  const block = blocks.get(id);
  const line = block?.lines.getRange(0)?.startLineNumber;
  if (!editor || block === undefined || line === undefined) return;
  const bottom = editor.getTopForLineNumber(line);
  const top = bottom - block.zone.heightInPx;
  const height = editor.getLayoutInfo().height;
  const scroll = editor.getScrollTop();
  if (top >= scroll && bottom + 40 <= scroll + height) return;
  editor.setScrollTop(Math.max(0, top - height / 4), monaco.editor.ScrollType.Smooth);
}
