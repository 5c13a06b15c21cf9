/** Fills the places of a document that are generated; what people wrote around them stays. */

/**
 * Puts each of `parts` of the document `file` between `<!-- PREFIX:NAME -->` and `<!-- /PREFIX:NAME -->`.
 *
 * @throws {Error} naming a part that the document has no place for
 */
export function fill(
  file: string,
  prefix: string,
  document: string,
  parts: Readonly<Record<string, string>>,
): string {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [start, end] = [`<!-- ${prefix}:${name} -->`, `<!-- /${prefix}:${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`${file} has no ${start} ... ${end}.`);
    return `${text.slice(0, from + start.length)}\n\n${part}\n\n${text.slice(to)}`;
  }, document);
}
