/** Fills the places of a document that are generated; what people wrote around them stays. */

/**
 * Puts each of `parts` between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`.
 *
 * @throws {Error} naming a part that the document has no place for
 */
export function fill(document: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`docs/performance.md has no ${start} ... ${end}.`);
    return `${text.slice(0, from + start.length)}\n\n${part}\n\n${text.slice(to)}`;
  }, document);
}
