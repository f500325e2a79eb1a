import { encode } from "./encode";
import type { Input } from "./types";

/** Puts a query string together, without a leading `?`. Absent values are left out. */
export function stringify(input: Input): string {
  return Object.entries(input)
    .flatMap(([key, value]) => texts(value).map((text) => `${encode(key)}=${encode(text)}`))
    .join("&");
}

function texts(value: Input[string]): readonly string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === "object") return value;
  return [String(value)];
}
