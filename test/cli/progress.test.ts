/** Promise: bytes are shown as people read them, on a terminal, and nothing elsewhere. */
import { expect, it } from "vitest";
import { formatBytes } from "../../ts/cli/progress.js";

it.each([
  [0, "0 B"],
  [0.3, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [99.9 * 1024, "99.9 KiB"],
  [100 * 1024, "100 KiB"],
  [2 ** 20 - 1, "1024 KiB"],
  [2 ** 20, "1.0 MiB"],
  [32 * 2 ** 20, "32.0 MiB"],
  [2 ** 30, "1.0 GiB"],
  [3.25 * 2 ** 40, "3.3 TiB"],
  [2 ** 50, "1024 TiB"],
  [2 ** 60, "1048576 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
