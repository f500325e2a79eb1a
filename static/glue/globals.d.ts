// Names that the build fills in (see xtask/src/assets/bundle.rs), and what the glue gives to the wasm.

/** URLs of Monaco's workers. */
declare const MIDSTREAM_WORKERS: {
  editor: string;
  typescript: string;
  json: string;
  css: string;
  html: string;
};

/** URLs of the files that Python is made of, and their size in all. */
declare const MIDSTREAM_PYTHON: { files: Record<string, string>; size: number };

/** URLs of the page's parts. */
declare const MIDSTREAM_PAGE: { glue: string; wasmJs: string; wasm: string };
