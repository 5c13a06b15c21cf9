/** Labels at the ends of lines, moved apart where lines end close together. */

/** Pixels from one label to the next. */
const APART = 17;

/**
 * Where each label goes, from the top: as near to its line's end as the others allow.
 *
 * Labels that would touch become a block, placed so that its members miss what they want by 0 on average; blocks
 * that touch are joined, until none do.
 */
export function spreadLabels<T extends { readonly label: string; readonly y: number }>(
  ends: readonly T[],
  height: number,
  place: (value: number) => number,
): { readonly label: string; readonly at: number }[] {
  interface Block {
    readonly labels: string[];
    readonly wanted: number[];
    top: number;
  }
  const blocks: Block[] = [];
  const settle = (block: Block): void => {
    const { wanted } = block;
    const mean = wanted.reduce((sum, at, i) => sum + at - i * APART, 0) / wanted.length;
    block.top = Math.min(Math.max(mean, 0), height - (wanted.length - 1) * APART);
  };
  const inOrder = ends.map(({ label, y }) => ({ label, at: place(y) })).sort((a, b) => a.at - b.at);
  for (const { label, at } of inOrder) {
    let block: Block = { labels: [label], wanted: [at], top: 0 };
    settle(block);
    for (let above = blocks.at(-1); above !== undefined; above = blocks.at(-1)) {
      if (above.top + above.labels.length * APART <= block.top) break;
      blocks.pop();
      block = {
        labels: [...above.labels, ...block.labels],
        wanted: [...above.wanted, ...block.wanted],
        top: 0,
      };
      settle(block);
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ labels, top }) => labels.map((label, i) => ({ label, at: top + i * APART })));
}
