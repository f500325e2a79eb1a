import { decode } from "./encode";
import type { ParseOptions, Query, Value } from "./types";

const DEFAULT_SEPARATOR = "&";
const DEFAULT_LIMIT = 1000;

/** One key with one value, decoded. */
interface Entry {
  readonly name: string;
  readonly value: string;
}

/** Reads query strings. Make one with your options and reuse it. */
export class QueryParser {
  private readonly separator: string;
  private readonly limit: number;
  private entries: Entry[] = [];

  constructor(options: ParseOptions = {}) {
    this.separator = options.separator ?? DEFAULT_SEPARATOR;
    this.limit = options.limit ?? DEFAULT_LIMIT;
  }

  /** Takes a query string apart. */
  read(text: string): Query {
    this.entries = this.tokenize(text).map((part) => this.toEntry(part));
    return this.collect();
  }

  private tokenize(text: string): string[] {
    const body = text.startsWith("?") ? text.slice(1) : text;
    const parts = body.split(this.separator).filter((part) => part !== "");
    return parts.slice(0, this.limit);
  }

  private toEntry(part: string): Entry {
    const position = part.indexOf("=");
    if (position < 0) return { name: decode(part), value: "" };
    return {
      name: decode(part.slice(0, position)),
      value: decode(part.slice(position + 1)),
    };
  }

  private collect(): Query {
    const query: Record<string, Value> = Object.create(null);
    for (const { name, value } of this.entries) {
      const known = query[name];
      query[name] = known === undefined ? value : [known, value].flat();
    }
    return query;
  }
}

/**
 * Takes a query string apart. A leading `?` is ignored, a key without `=` has
 * the value "", and a key that is repeated has all its values in order.
 *
 * @deprecated Use `QueryParser`.
 */
export function parse(text: string, options: ParseOptions = {}): Query {
  return new QueryParser(options).read(text);
}
