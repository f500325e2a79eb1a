import { decode } from "./encode";
import type { ParseOptions, Query, Value } from "./types";

const DEFAULT_SEPARATOR = "&";
const DEFAULT_LIMIT = 1000;

/**
 * Takes a query string apart. A leading `?` is ignored, a key without `=` has
 * the value "", and a key that is repeated has all its values in order.
 */
export function parse(text: string, options: ParseOptions = {}): Query {
  const { separator = DEFAULT_SEPARATOR, limit = DEFAULT_LIMIT } = options;
  const query: Record<string, Value> = Object.create(null);

  for (const pair of pairs(text, separator).slice(0, limit)) {
    const [key, value] = splitPair(pair);
    query[key] = append(query[key], value);
  }
  return query;
}

function pairs(text: string, separator: string): string[] {
  const body = text.startsWith("?") ? text.slice(1) : text;
  return body.split(separator).filter((pair) => pair !== "");
}

function splitPair(pair: string): [key: string, value: string] {
  const [key, value = ""] = pair.split("=");
  return [decode(key), decode(value)];
}

function append(values: Value | undefined, value: string): Value {
  if (values === undefined) return value;
  return typeof values === "string" ? [values, value] : [...values, value];
}
