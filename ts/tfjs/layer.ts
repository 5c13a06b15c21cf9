/** The layer Sau, whose alpha is trained. */
import { describe } from "../errors.js";
import { DEFAULTS, ParamsChecker } from "../params.js";
import type { Identifier, LayerVariable, PReluLayer, Tensor, Tf } from "./framework.js";
import type { Op } from "./op.js";

/** Options that every layer of TensorFlow.js takes. */
interface LayerArgs {
  readonly name?: string;
  readonly trainable?: boolean;
  /** The shape of the input without the batch, where the layer is a model's first; these four are for such layers. */
  readonly inputShape?: readonly (number | null)[];
  readonly batchInputShape?: readonly (number | null)[];
  readonly batchSize?: number;
  readonly dtype?: string;
  /** Where the weights start: tensors, in the order of the layer's weights. */
  readonly weights?: readonly object[];
}

/** Options of the layer {@link RegisteredSau.Sau}. */
export interface SauLayerArgs extends LayerArgs {
  /** Where alpha starts. Default: 0.15, the paper's. */
  readonly alphaInitializer?: Identifier;
  readonly alphaRegularizer?: Identifier;
  /** TensorFlow.js applies constraints where weights are set, not where an optimiser steps. */
  readonly alphaConstraint?: Identifier;
  /**
   * The axes along which alpha is one value, counted with the batch as 0. Default: all but the last, for one alpha a
   * channel; [] for one a value of the input.
   */
  readonly sharedAxes?: number | readonly number[] | null;
  /** beta, or where it starts. Default: 20000, the paper's. */
  readonly beta?: number;
  /** Whether beta is trained too, by its logarithm, the weight logBeta, one beside each alpha. Default: false. */
  readonly trainBeta?: boolean;
  readonly logBetaRegularizer?: Identifier;
  readonly logBetaConstraint?: Identifier;
}

/** A layer as its own package types it, which need not be installed. */
type LayerClass = new (args?: SauLayerArgs) => object;

/** Of the layers that are made on the way: without a name they would count among the user's PReLUs, which are numbered. */
const HIDDEN = { name: "of_sau" };

/** The one shape of an input that may come as a list of one. */
function onlyShape(inputShape: unknown): (number | null)[] {
  const [first] = inputShape as unknown[];
  return (Array.isArray(first) ? first : inputShape) as (number | null)[];
}

/**
 * The class of the layer, from TensorFlow.js's own PReLU, which reads and writes everything that is alpha's: there
 * is no other way to the functions that make a regulariser of its configuration.
 */
export function createLayer(tf: Tf, sau: Op): LayerClass & { readonly className: string } {
  const { layers, initializers } = tf as Required<Tf>;
  const PReLU = layers.prelu(HIDDEN).constructor as new (args: object) => PReluLayer;

  class Sau extends PReLU {
    static readonly className = "Sau";
    readonly #beta: number;
    readonly #trainBeta: boolean;
    /** Holds what is to act on log beta, as it would hold it for an alpha. */
    readonly #forLogBeta: PReluLayer;
    #logBeta: LayerVariable | undefined;

    constructor(args: SauLayerArgs = {}) {
      const { beta = DEFAULTS.beta, trainBeta = false } = args;
      new ParamsChecker().read({ beta }).check(1);
      if (typeof trainBeta !== "boolean") {
        throw new TypeError(`trainBeta is ${describe(trainBeta)}, expected true or false.`);
      }
      super({
        ...args,
        alphaInitializer: args.alphaInitializer ?? initializers.constant({ value: DEFAULTS.alpha }),
      });
      this.#beta = beta;
      this.#trainBeta = trainBeta;
      this.#forLogBeta = layers.prelu({
        ...HIDDEN,
        alphaRegularizer: args.logBetaRegularizer,
        alphaConstraint: args.logBetaConstraint,
      });
    }

    override build(inputShape: unknown): void {
      const shape = onlyShape(inputShape);
      const rank = shape.length;
      this.sharedAxes ??= Array.from({ length: Math.max(0, rank - 2) }, (_, i) => i + 1);
      for (const axis of this.sharedAxes) {
        if (Number.isInteger(axis) && axis >= 1 && axis < rank) continue;
        throw new RangeError(
          `sharedAxes has ${describe(axis)}, expected whole numbers from 1 to ${rank - 1}, for an input of rank ${rank}.`,
        );
      }
      const unknown = shape.findIndex((size, axis) => {
        return axis > 0 && size === null && !this.sharedAxes!.includes(axis);
      });
      if (unknown >= 0) {
        throw new RangeError(
          `Axis ${unknown} of the input has no known size, and alpha has a value for each place along it; expected it among sharedAxes.`,
        );
      }
      super.build(shape);
      // PReLU asks for the sizes of shared axes too, on which alpha does not depend.
      for (const axis of this.sharedAxes) delete this.inputSpec[0]!.axes[axis];
      if (!this.#trainBeta) return;
      const { alphaRegularizer, alphaConstraint } = this.#forLogBeta;
      const start = initializers.constant({ value: Math.log(this.#beta) });
      this.#logBeta = this.addWeight(
        "logBeta",
        this.alpha.shape,
        "float32",
        start,
        alphaRegularizer,
        true,
        alphaConstraint,
      );
    }

    override call(inputs: Tensor | Tensor[]): Tensor {
      const x = Array.isArray(inputs) ? inputs[0]! : inputs;
      return tf.tidy("Sau", () => {
        const beta = this.#logBeta === undefined ? this.#beta : tf.exp(this.#logBeta.read());
        return sau(x, this.alpha.read(), beta);
      });
    }

    override getConfig(): Record<string, unknown> {
      const { alphaRegularizer, alphaConstraint } = this.#forLogBeta.getConfig();
      return {
        ...super.getConfig(),
        beta: this.#beta,
        trainBeta: this.#trainBeta,
        logBetaRegularizer: alphaRegularizer,
        logBetaConstraint: alphaConstraint,
      };
    }
  }

  return Sau;
}
