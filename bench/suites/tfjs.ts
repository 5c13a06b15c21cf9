/** SAU in TensorFlow.js: the operation beside what its users would compose, and what a step of training costs. */
import { activations, expectedBackward, expectedForward, MIDDLE, upstream, WIDE } from "../data.js";
import { MissingPeer } from "../peers/peer.js";
import { atMost, type Bar, fasterThan, type Group, type Suite } from "../rows.js";
import { type Backend, TensorFlow } from "../subjects/tensorflow.js";
import { forwardRow, NUMBERS, saus, tensor } from "../subjects/verbs.js";

export const tfjs: Suite = {
  description: "SAU in TensorFlow.js: the operation beside its composite, and steps of training",
  async *groups() {
    let tensorFlow: TensorFlow;
    try {
      tensorFlow = await TensorFlow.open();
    } catch (error) {
      if (!(error instanceof MissingPeer)) throw error;
      const skipped = [{ name: "all rows", reason: error.message }];
      yield { title: "SAU in TensorFlow.js", unit: "ns an element", rows: [], skipped };
      return;
    }
    yield forward(tensorFlow, "wasm", [fasterThan(10, "the composite, wasm"), atMost(1.3, OWN)]);
    yield gradients(tensorFlow, "wasm", 8);
    yield forward(tensorFlow, "cpu", [fasterThan(40, "the composite, cpu")]);
    yield gradients(tensorFlow, "cpu", 30);
    yield training(tensorFlow);
  },
};

const OWN = "sau.forward of arena tensors";

/** Rounds of groups that take long. */
const FEW = 10;

function forward(tensorFlow: TensorFlow, backend: Backend, bars: readonly Bar[]): Group {
  const x = activations(MIDDLE);
  const y = expectedForward(x, WIDE);
  const sau = saus().running[0]!; // what a user gets
  const own = forwardRow(sau, tensor(sau, x), sau.alloc(MIDDLE), NUMBERS(WIDE), y, { name: OWN });
  const against = `the composite, ${backend}`;
  return {
    title: `forward on the ${backend} backend, N = ${MIDDLE}, beta = ${WIDE}`,
    unit: "ns an element",
    rows: [
      own,
      tensorFlow.forwardRow(backend, true, x, WIDE, y, { against, bars }),
      tensorFlow.forwardRow(backend, false, x, WIDE, y, {}),
    ],
    rounds: FEW,
  };
}

function gradients(tensorFlow: TensorFlow, backend: "wasm" | "cpu", factor: number): Group {
  const arrays = [activations(MIDDLE), upstream(MIDDLE)] as const;
  const expected = expectedBackward(...arrays, WIDE);
  const against = `autodiff of the composite, ${backend}`;
  const row = (on: Backend, isOperation: boolean, least?: number) =>
    tensorFlow.gradientsRow(on, isOperation, arrays, WIDE, expected, {
      ...(least !== undefined && { against, bars: [fasterThan(least, against)] }),
    });
  return {
    title: `forward and all gradients on the ${backend} backend, N = ${MIDDLE}, beta = ${WIDE}`,
    unit: "ns an element",
    rows: [
      row(backend, true, factor),
      ...(backend === "cpu" ? [row("composed", true, 1.5)] : []),
      row(backend, false),
    ],
    rounds: FEW,
  };
}

function training(tensorFlow: TensorFlow): Group {
  const images = activations(64 * 28 * 28);
  const against = "a ReLU layer";
  return {
    title: "a step of training, 64 images, two convolutions, wasm backend",
    unit: "ms",
    rows: [
      tensorFlow.trainingRow(against, "a ReLU layer", images, {}),
      tensorFlow.trainingRow("ReLU fused with the convolution", "ReLU fused with the convolution", images, {
        against,
      }),
      tensorFlow.trainingRow("the layer Sau", "the layer Sau", images, {
        against,
        bars: [atMost(1.25, against)],
      }),
    ],
  };
}
