/** The value of one key: a text, or several when the key is repeated. */
export type Value = string | readonly string[];

/** A query string, taken apart. */
export type Query = Readonly<Record<string, Value>>;

/** What `stringify` accepts: absent values are left out. */
export type Input = Readonly<Record<string, Value | number | boolean | null | undefined>>;

export interface ParseOptions {
  /** What separates the pairs. */
  readonly separator?: string;
  /** How many pairs are read at most; the rest is ignored. */
  readonly limit?: number;
}
