// The editor's two themes: quiet, one accent, in step with static/css/tokens.css.

import * as monaco from "monaco-editor/editor";

/** @param {boolean} dark */
export function themeName(dark) {
  return dark ? "midstream-dark" : "midstream-light";
}

/**
 * @param {string[]} colors comment, keyword, string, number, type, name
 * @returns {monaco.editor.ITokenThemeRule[]}
 */
function rules([comment, keyword, string, number, type, name]) {
  return [
    { token: "comment", foreground: comment, fontStyle: "italic" },
    { token: "keyword", foreground: keyword },
    { token: "string", foreground: string },
    { token: "number", foreground: number },
    { token: "type", foreground: type },
    { token: "tag", foreground: keyword },
    { token: "attribute.name", foreground: type },
    { token: "attribute.value", foreground: string },
    { token: "delimiter", foreground: name },
  ];
}

export function defineThemes() {
  monaco.editor.defineTheme("midstream-light", {
    base: "vs",
    inherit: true,
    rules: rules(["6b7682", "0a64ad", "18744a", "8a4b08", "5a4fcf", "46525e"]),
    colors: {
      "editor.background": "#ffffff",
      "editor.foreground": "#131920",
      "editorLineNumber.foreground": "#9aa5af",
      "editorLineNumber.activeForeground": "#46525e",
      "editor.lineHighlightBackground": "#f6f8f9",
      "editor.lineHighlightBorder": "#00000000",
      "editor.selectionBackground": "#cfe3f5",
      "editor.inactiveSelectionBackground": "#e4eef7",
      "editorCursor.foreground": "#131920",
      "editorIndentGuide.background1": "#eceff2",
      "editorWidget.background": "#ffffff",
      "editorWidget.border": "#e1e6ea",
      focusBorder: "#0a64ad",
      "diffEditor.insertedLineBackground": "#18744a14",
      "diffEditor.insertedTextBackground": "#18744a2e",
      "diffEditor.removedLineBackground": "#b1332c12",
      "diffEditor.removedTextBackground": "#b1332c2b",
      "diffEditor.diagonalFill": "#e1e6ea",
      "diffEditor.unchangedRegionBackground": "#f3f5f7",
      "diffEditor.unchangedRegionForeground": "#5f6b77",
      "diffEditor.unchangedRegionShadow": "#00000000",
    },
  });
  monaco.editor.defineTheme("midstream-dark", {
    base: "vs-dark",
    inherit: true,
    rules: rules(["7d8a95", "5db4f5", "7fd0a6", "e0b076", "b4adf9", "adb8c0"]),
    colors: {
      "editor.background": "#12171b",
      "editor.foreground": "#e7ecef",
      "editorLineNumber.foreground": "#55626c",
      "editorLineNumber.activeForeground": "#adb8c0",
      "editor.lineHighlightBackground": "#181e23",
      "editor.lineHighlightBorder": "#00000000",
      "editor.selectionBackground": "#1f4666",
      "editor.inactiveSelectionBackground": "#1a2f40",
      "editorCursor.foreground": "#e7ecef",
      "editorIndentGuide.background1": "#222a30",
      "editorWidget.background": "#192025",
      "editorWidget.border": "#2c363d",
      focusBorder: "#5db4f5",
      "diffEditor.insertedLineBackground": "#62c79218",
      "diffEditor.insertedTextBackground": "#62c79235",
      "diffEditor.removedLineBackground": "#f28b8216",
      "diffEditor.removedTextBackground": "#f28b8233",
      "diffEditor.diagonalFill": "#222a30",
      "diffEditor.unchangedRegionBackground": "#192025",
      "diffEditor.unchangedRegionForeground": "#8795a0",
      "diffEditor.unchangedRegionShadow": "#00000000",
    },
  });
}
