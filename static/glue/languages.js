// What languages do for the texts that are open, in workers of their own.

import {
  getJavaScriptWorker,
  getTypeScriptWorker,
  javascriptDefaults,
  typescriptDefaults,
} from "monaco-editor/languages/features/typescript/register";

// Code that is being written is wrong until it is whole: no squiggles chase the model's caret, and no worker checks
// the project anew with every token. Completion and hovers stay.
for (const defaults of [javascriptDefaults, typescriptDefaults]) {
  defaults.setModeConfiguration({ ...defaults.modeConfiguration, diagnostics: false, codeActions: false });
}

/** How often a worker is asked for that is not there yet, and how long after each other, in milliseconds. */
const TRIES = 50;
const TRY_MS = 40;

/** @type {Record<string, typeof getTypeScriptWorker>} language -> the way to its worker */
const workers = { javascript: getJavaScriptWorker, typescript: getTypeScriptWorker };

/**
 * Hands a text to its language's worker, which keeps up with it from then on: what it declares is known in others.
 * @param {import("monaco-editor/editor").editor.ITextModel} model
 */
export async function introduce(model) {
  const ask = workers[model.getLanguageId()];
  const worker = ask && (await workerOf(ask));
  await worker?.(model.uri);
}

/** The way to a worker; nothing, and whoever asks it something later hands the text over. @param {typeof getTypeScriptWorker} ask */
async function workerOf(ask) {
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return await ask();
    } catch {
      // With its first text, a language is still being loaded.
      await new Promise((next) => setTimeout(next, TRY_MS));
    }
  }
}
