// Names that the build fills in (see xtask/src/assets/runner.rs).

/** Sources of the workers. */
declare const MIDSTREAM_RUNNER: { script: string; python: string };

/** A program, as text. */
declare module "*.py" {
  const text: string;
  export default text;
}
