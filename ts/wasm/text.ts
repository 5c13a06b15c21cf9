/**
 * Bytes as text in a program, which gzip makes about as small as the bytes themselves.
 *
 * A byte is a printable character, with "!" or " " before it where there are not enough of those. Base64 hides from
 * gzip where bytes begin and end.
 */

/** Added to a byte, modulo 256, so that the most frequent ones need one character. */
const SHIFT = 7;

/** The characters from "#" to "|": all that are printable but the prefixes, the quotation mark, "}" and "~". */
const [FIRST, COUNT] = [35, 90];

/** What comes before the character of a value from {@link COUNT} on, and from twice that. */
const PREFIXES = ["", "!", " "] as const;

/** The text of `bytes`, whose character codes are below 128. */
export function encode(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    const value = (byte + SHIFT) & 255;
    text += PREFIXES[Math.floor(value / COUNT)]! + String.fromCharCode(FIRST + (value % COUNT));
  }
  return text;
}

/** The bytes that {@link encode} made `text` of. */
export function decode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  let [length, value] = [0, -FIRST - SHIFT];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < FIRST) {
      value += code === 33 ? COUNT : 2 * COUNT;
    } else {
      bytes[length++] = value + code;
      value = -FIRST - SHIFT;
    }
  }
  return bytes.slice(0, length);
}
