/** A matrix in an array: element (i, j) is `array[i * rowStride + j * columnStride]`. */
export interface Matrix {
  readonly array: Float32Array;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** The rows x columns matrix that fills `array` row by row. */
export function rowMajor(array: Float32Array, columns: number): Matrix {
  return { array, rowStride: columns, columnStride: 1 };
}

export function transposed(matrix: Matrix): Matrix {
  return { ...matrix, rowStride: matrix.columnStride, columnStride: matrix.rowStride };
}

/**
 * out = A B + bias, for A of rows x inner and B of inner x columns; `out` is row-major, `bias`
 * has one value a column. Sums are in double precision, in the order of `inner`.
 *
 * Works on tiles of 2 x 4 sums, so that six loads feed eight multiplications; four columns of B
 * at a time are copied together, as doubles, for all rows to read in order.
 */
export function matmul(
  out: Float32Array,
  a: Matrix,
  b: Matrix,
  rows: number,
  inner: number,
  columns: number,
  bias: Float32Array = new Float32Array(columns),
): void {
  const panel = new Float64Array(4 * inner);
  for (let j = 0; j < columns; j += 4) {
    const width = Math.min(4, columns - j);
    for (let k = 0; k < inner; k++) {
      for (let c = 0; c < width; c++) {
        panel[4 * k + c] = b.array[k * b.rowStride + (j + c) * b.columnStride];
      }
    }
    multiplyPanel(out.subarray(j), columns, width, a, panel, rows, bias.subarray(j));
  }
}

/** The `width` (up to four) columns at the start of `out`, whose rows are `outStride` apart. */
function multiplyPanel(
  out: Float32Array,
  outStride: number,
  width: number,
  a: Matrix,
  panel: Float64Array,
  rows: number,
  bias: Float32Array,
): void {
  const { array, rowStride, columnStride } = a;
  const sums = new Float64Array(8);
  for (let i = 0; i < rows; i += 2) {
    // An odd last row is multiplied twice and stored once.
    const height = Math.min(2, rows - i);
    let upper = i * rowStride;
    let lower = upper + (height - 1) * rowStride;
    let s00 = 0;
    let s01 = 0;
    let s02 = 0;
    let s03 = 0;
    let s10 = 0;
    let s11 = 0;
    let s12 = 0;
    let s13 = 0;
    for (let p = 0; p < panel.length; p += 4) {
      const x0 = array[upper];
      const x1 = array[lower];
      const y0 = panel[p];
      const y1 = panel[p + 1];
      const y2 = panel[p + 2];
      const y3 = panel[p + 3];
      s00 += x0 * y0;
      s01 += x0 * y1;
      s02 += x0 * y2;
      s03 += x0 * y3;
      s10 += x1 * y0;
      s11 += x1 * y1;
      s12 += x1 * y2;
      s13 += x1 * y3;
      upper += columnStride;
      lower += columnStride;
    }
    sums[0] = s00;
    sums[1] = s01;
    sums[2] = s02;
    sums[3] = s03;
    sums[4] = s10;
    sums[5] = s11;
    sums[6] = s12;
    sums[7] = s13;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        out[(i + row) * outStride + column] = sums[4 * row + column] + bias[column];
      }
    }
  }
}

/** out[j] = the sum of column j of the row-major `matrix`. */
export function columnSums(out: Float32Array, matrix: Float32Array): void {
  const columns = out.length;
  for (let j = 0; j < columns; j++) {
    let sum = 0;
    for (let i = j; i < matrix.length; i += columns) {
      sum += matrix[i];
    }
    out[j] = sum;
  }
}
