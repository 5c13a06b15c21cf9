/** Fills the places of a document that are generated; what people wrote around them stays. */

/** The text of a document before a part's place, in it, and after it. The markers belong to what is around it. */
function around(
  file: string,
  prefix: string,
  document: string,
  name: string,
): readonly [before: string, part: string, after: string] {
  const [start, end] = [`<!-- ${prefix}:${name} -->`, `<!-- /${prefix}:${name} -->`];
  const [from, to] = [document.indexOf(start), document.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${file} has no ${start} ... ${end}.`);
  const begin = from + start.length;
  return [document.slice(0, begin), document.slice(begin, to), document.slice(to)];
}

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
    const [before, , after] = around(file, prefix, text, name);
    return `${before}\n\n${part}\n\n${after}`;
  }, document);
}

/**
 * What {@link fill} has put there.
 *
 * @throws {Error} where the document has no place for it
 */
export function filled(file: string, prefix: string, document: string, name: string): string {
  return around(file, prefix, document, name)[1].trim();
}
