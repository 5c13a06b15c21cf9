/** Parts of ts/ whose mutants are judged by tests of their own. */

/** Folders of ts/ that nothing of the core imports, inner ones first; "core" is all that is in none of them. */
const FOLDERS = ["npy", "onnx", "threads", "cli", "tfjs/training", "tfjs"] as const;

/** The area of a file of ts/. */
export type Area = "core" | (typeof FOLDERS)[number];

/** @param file from the top: ts/params.ts */
export function areaOf(file: string): Area {
  return FOLDERS.find((folder) => file.startsWith(`ts/${folder}/`)) ?? "core";
}
