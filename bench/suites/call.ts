/** What a small call costs: checks, copies, and one group of elements. */
import { activations, expectedBackward, expectedForward, upstream, WIDE } from "../data.js";
import type { Suite } from "../rows.js";
import { createSauSync, forward } from "../shipped.js";
import { backwardRow, forwardRow, NUMBERS, plain, tensor } from "../subjects/verbs.js";

const N = 16;

/**
 * On the tier that a user gets, and before other suites: once a second tier has run in a process, V8 no longer
 * compiles the calls for one kind of kernel, which no user's process does to itself.
 */
export const call: Suite = {
  description: `one call on ${N} elements`,
  *groups() {
    const sau = createSauSync();
    const [x, dy, y] = [activations(N), upstream(N), new Float32Array(N)];
    const expected = expectedForward(x, WIDE);
    const gradients = expectedBackward(x, dy, WIDE);
    const params = NUMBERS(WIDE);
    const options = { out: y };
    const name = `sau.forward with out, ${sau.tier}`;
    const more = (name: string, against?: string) => ({ name, elements: 1, ...(against && { against }) });
    const first = forwardRow(sau, plain(x), plain(y), params, expected, more(name));
    yield {
      title: `One call, n = ${N}, beta = ${WIDE}`,
      unit: "ns a call",
      rows: [
        { ...first, bars: [{ time: 200 }] },
        {
          ...first,
          ...more("forward with out, of the default instance", name),
          run: () => forward(x, params, options),
        },
        { ...first, ...more("sau.forward without out", name), run: () => sau.forward(x, params) },
        forwardRow(
          sau,
          tensor(sau, x),
          sau.alloc(N),
          params,
          expected,
          more("sau.forward on arena tensors", name),
        ),
        backwardRow(
          sau,
          [x, dy, y].map(plain),
          params,
          gradients,
          more("sau.backward, all three, with out", name),
        ),
      ],
    };
  },
};
