/** Percent-encodes a key or a value; a space becomes `+`, as in a form. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(/%20/g, "+");
}

/** The reverse of `encode`. Text with a broken escape is returned as it stands. */
export function decode(text: string): string {
  const spaced = text.replace(/\+/g, " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
