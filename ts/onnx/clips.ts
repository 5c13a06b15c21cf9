/** Which Clips are activations: those that cut off at 0, as ReLU and ReLU6 do. Others keep values in their bounds. */
import type { Activation } from "./activations.js";
import { lastString } from "./fields.js";
import type { Message } from "./message.js";
import type { Model } from "./model.js";
import { numberOfAttribute, numbers } from "./numbers.js";
import { ATTRIBUTE, NODE } from "./schema.js";
import { Scopes } from "./scopes.js";

/** Which Clips count, as a sentence of an error. */
export const WHICH_CLIPS =
  "A Clip counts if its minimum is a constant 0 and its maximum a constant above 0 or absent.";

/** A number, or the name of the value that it is; undefined for none. */
type Bound = number | string | undefined;

interface Bounds {
  min: Bound;
  max: Bound;
}

/** The activations, without Clips whose minimum is not known to be 0, or whose maximum not to be above. */
export function withoutOtherClips(model: Model, activations: readonly Activation[]): readonly Activation[] {
  const clips = new Map<Activation, Bounds>();
  for (const each of activations) if (each.opType === "Clip") clips.set(each, boundsOf(each.node));
  const uses = [...clips].flatMap(([body, { min, max }]) =>
    [min, max].flatMap((bound) => (typeof bound === "string" ? [{ body, name: bound }] : [])),
  );
  const constants = new Scopes(model.bodies(), uses, numbers(model.hasInitializersAsInputs));
  const numberOf = (body: Activation, bound: Bound): number | undefined =>
    typeof bound === "string" ? constants.get({ body, name: bound }) : bound;
  return activations.filter((each) => {
    const bounds = clips.get(each);
    if (bounds === undefined) return true;
    const isOpen = bounds.max === undefined;
    return numberOf(each, bounds.min) === 0 && (isOpen || (numberOf(each, bounds.max) ?? 0) > 0);
  });
}

/** A Clip's bounds, which are inputs from opset 11 on and were attributes before. */
function boundsOf(node: Message): Bounds {
  const bounds: Bounds = { min: undefined, max: undefined };
  let inputs = 0;
  for (const field of node.fields()) {
    if (field.number === NODE.input) {
      inputs++;
      const bound = inputs === 2 ? "min" : inputs === 3 ? "max" : undefined;
      if (bound !== undefined) bounds[bound] = node.string(field) || undefined;
    }
    if (field.number === NODE.attribute) {
      const attribute = node.child(field, ATTRIBUTE);
      const name = lastString(attribute, ATTRIBUTE.attributeName);
      if (name === "min" || name === "max") bounds[name] = numberOfAttribute(attribute) ?? Number.NaN;
    }
  }
  return bounds;
}
