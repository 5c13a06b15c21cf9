import { SIDE } from "./image.js";

/** From here on a pixel is drawn as ink. */
const INK = 96;

/** The dots of a braille character, rows from the top, as bits of its code point. */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];
const BLANK_BRAILLE = 0x2800;

/** Characters a drawn digit is wide. */
export const DRAWN_WIDTH = SIDE / 2;

/** A digit in braille: one dot a pixel, seven lines. */
export function drawDigit(pixels: Uint8Array): string[] {
  const isInk = (y: number, x: number) => pixels[y * SIDE + x] >= INK;
  const lines: string[] = [];
  for (let top = 0; top < SIDE; top += 4) {
    let line = "";
    for (let left = 0; left < SIDE; left += 2) {
      let code = BLANK_BRAILLE;
      DOTS.forEach((row, y) => {
        row.forEach((dot, x) => {
          if (isInk(top + y, left + x)) code |= dot;
        });
      });
      line += String.fromCharCode(code);
    }
    lines.push(line);
  }
  return lines;
}
