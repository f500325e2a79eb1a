export { parse, QueryParser } from "./parse";
export { stringify } from "./stringify";
export type { Input, ParseOptions, Query, Value } from "./types";
