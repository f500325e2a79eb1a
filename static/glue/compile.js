// What a program is made of, for the runner: TypeScript becomes JavaScript in Monaco's own worker, and a module's
// imports are found. Where they lead is decided in frontend/src/run/.

import * as monaco from "monaco-editor/editor";
import {
  getTypeScriptWorker,
  JsxEmit,
  ModuleKind,
  ScriptTarget,
  typescriptDefaults,
} from "monaco-editor/languages/features/typescript/register";
import { parse } from "es-module-lexer/js";

typescriptDefaults.setCompilerOptions({
  target: ScriptTarget.ESNext,
  module: ModuleKind.ESNext,
  jsx: JsxEmit.React,
  isolatedModules: true,
  sourceMap: true,
  allowNonTsExtensions: true,
});

/** The scheme of texts that exist for a moment only, for the compiler. */
const SCHEME = "midstream-run";
let compiled = 0;

/** @typedef {{line: number, column: number, message: string}} Problem */

/**
 * A module's code as the browser takes it, its source map if it has one, and its imports: start, end and what is
 * imported, of each.
 * @param {string} path @param {string} text @param {boolean} typed it is TypeScript
 */
export async function compile(path, text, typed) {
  const { code, map } = typed ? await emit(path, text) : { code: text, map: null };
  try {
    const [found] = parse(code);
    const imports = found.flatMap((each) => {
      // What is only known when the program runs is the browser's to refuse.
      if (each.type === "import-meta" || typeof each.specifier !== "string") return [];
      if (each.type === "dynamic" && each.glob) return [];
      // The place of a dynamic import's words is with their quotes, that of a static one's is within.
      return [[each.start, each.end, each.specifier, each.type === "dynamic"]];
    });
    return JSON.stringify({ code, map, imports });
  } catch {
    const problems = await problemsOf(path, text, typed);
    return JSON.stringify({ code, map, imports: [], ...(problems.length > 0 ? { problems } : {}) });
  }
}

/** Has what every module passes ready: the first use of it takes the browser longer than all later ones. */
export function warmCompiler() {
  parse('import { a } from "./a.js"; export const b = a;');
}

/** What does not parse in a text. @param {string} path @param {string} text @param {boolean} typed */
export async function syntax(path, text, typed) {
  return JSON.stringify(await problemsOf(path, text, typed));
}

/** @param {string} path @param {string} text */
function emit(path, text) {
  return withModel(path, text, true, async (worker, name) => {
    const { outputFiles } = await worker.getEmitOutput(name);
    const file = (/** @type {string} */ end) => outputFiles.find((each) => each.name.endsWith(end))?.text;
    return { code: (file(".js") ?? "").replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n"), map: file(".map") ?? null };
  });
}

/** @param {string} path @param {string} text @param {boolean} typed @returns {Promise<Problem[]>} */
function problemsOf(path, text, typed) {
  return withModel(path, text, typed, async (worker, name, model) => {
    const found = await worker.getSyntacticDiagnostics(name);
    return found.map(({ start, messageText }) => {
      const at = model.getPositionAt(start ?? 0);
      const message = typeof messageText === "string" ? messageText : messageText.messageText;
      return { line: at.lineNumber, column: at.column, message };
    });
  });
}

/**
 * @template T
 * @param {string} path @param {string} text @param {boolean} typed
 * @param {(worker: import("monaco-editor/languages/features/typescript/register").TypeScriptWorker, name: string, model: monaco.editor.ITextModel) => Promise<T>} use
 */
async function withModel(path, text, typed, use) {
  compiled += 1;
  // Read as TypeScript either way: one worker is enough, and what parses as JavaScript parses as that, too.
  const end = /x$/.test(path) || !typed ? (typed ? "tsx" : "jsx") : "ts";
  const uri = monaco.Uri.from({ scheme: SCHEME, path: `/${compiled}.${end}` });
  const model = monaco.editor.createModel(text, "typescript", uri);
  try {
    const worker = await (await getTypeScriptWorker())(uri);
    return await use(worker, uri.toString(), model);
  } finally {
    model.dispose();
  }
}
