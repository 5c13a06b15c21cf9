/** How many dimensions an array can have, and so which axes. */

/** NumPy's limit; no operator of ONNX takes more. */
export const MOST_DIMENSIONS = 64;

/** Axes beyond these no array has; those below 0 count from the end. */
export const [FIRST_AXIS, LAST_AXIS] = [-MOST_DIMENSIONS, MOST_DIMENSIONS - 1];
