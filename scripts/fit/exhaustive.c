/*
 * Every float32 input of the contract's pairs, and steps of the constants' last places, at native speed.
 *
 * The kernels' arithmetic is that of kernel.py, operation by operation: search.py, which builds this file and says
 * how it is used, compares the two. Products and sums must not be contracted.
 */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#define PDF_AT_ZERO 0.39894228040143268
/* Inputs in a row, which share an expansion of the exact function. */
#define CHUNK 4096
/* |beta x| from here on is beyond the clamp: both functions are 0. */
#define END 5.35
#define MOST_PARAMETERS 8
#define CONSTANTS 10

enum { SMOOTH, TAIL };
enum { PLAIN, RELAXED, EVALUATIONS };

typedef struct {
  double argument_scale, unit;
  float clamp, constants[CONSTANTS];
} Composite;

/* An input, its sign apart, how it is evaluated, and h or Q there; alpha and beta are places in their lists. */
typedef struct {
  double exact;
  float magnitude;
  int32_t evaluation, alpha, beta, negative;
} Point;

/* The largest error of each way to evaluate, and where it is. */
typedef struct {
  double error[EVALUATIONS][MOST_PARAMETERS][MOST_PARAMETERS][2];
  float magnitude[EVALUATIONS][MOST_PARAMETERS][MOST_PARAMETERS][2];
} Worst;

static double alphas[MOST_PARAMETERS], betas[MOST_PARAMETERS];
static int alpha_count, beta_count;

/* The contract's parameters, float32 numbers, at most MOST_PARAMETERS of each. */
void use_parameters(const double *alpha, int alpha_length, const double *beta, int beta_length) {
  memcpy(alphas, alpha, sizeof *alpha * (alpha_count = alpha_length));
  memcpy(betas, beta, sizeof *beta * (beta_count = beta_length));
}

static inline float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline float multiply_add(float a, float b, float c, int evaluation) {
  return evaluation == PLAIN ? a * b + c : fmaf(a, b, c);
}

static inline float composite_at(int function, const float *c, float t, int evaluation) {
  float value = function == SMOOTH ? c[6] - t : c[6];
  for (int k = 5; k >= 0; k--) value = multiply_add(value, t, c[k], evaluation);
  float r = value * t;
  if (function == SMOOTH) {
    float root = multiply_add(r, r, r, evaluation) + c[7];
    return root * root;
  }
  float v = r * (r + c[7]);
  float w = v * (v + c[8]);
  return multiply_add(w, w, w + c[9], evaluation);
}

void composites(int function, const Composite *of, int evaluation, const float *t, float *values, int length) {
  const float *c = of->constants;
  /* A loop for each, so that each becomes vector operations. */
  if (function == SMOOTH && evaluation == PLAIN)
    for (int i = 0; i < length; i++) values[i] = composite_at(SMOOTH, c, t[i], PLAIN);
  else if (function == SMOOTH)
    for (int i = 0; i < length; i++) values[i] = composite_at(SMOOTH, c, t[i], RELAXED);
  else if (evaluation == PLAIN)
    for (int i = 0; i < length; i++) values[i] = composite_at(TAIL, c, t[i], PLAIN);
  else
    for (int i = 0; i < length; i++) values[i] = composite_at(TAIL, c, t[i], RELAXED);
}

static inline float argument_of(const Composite *of, float magnitude, float scaled_beta) {
  float t = magnitude * scaled_beta;
  return of->clamp < t ? of->clamp : t;
}

/* 1 / ulp of a double in float32. */
static inline double ulps_per_unit(double size) {
  uint64_t bits, least = 1023 - 126;
  memcpy(&bits, &size, sizeof bits);
  uint64_t exponent = bits >> 52 & 0x7ff;
  bits = (2046 + 23 - (exponent > least ? exponent : least)) << 52;
  memcpy(&size, &bits, sizeof size);
  return size;
}

static double half_ulp(double size) { return 0.5 / ulps_per_unit(fabs(size)); }

/*
 * A result, y or dy/dx, is factor f + side base, where f is h or Q, and base |x| or 1. In the kernel factor f is
 * the composite times scale. Errors of y are in ulp of max(|y|, least), those of dy/dx in a unit of their own.
 */
typedef struct {
  double factor, side, least, per_unit;
  float scale;
} Case;

static Case case_of(int function, const Composite *of, int a, int b, int negative) {
  double alpha = alphas[a], beta = betas[b];
  Case c = {0};
  if (function == SMOOTH) {
    c.factor = (1 - alpha) / beta;
    c.side = negative ? -alpha : 1;
    c.least = fabs(c.factor) * PDF_AT_ZERO;
    c.scale = (float)(of->unit * (1 - alpha) / beta);
  } else {
    c.factor = negative ? 1 - alpha : alpha - 1;
    c.side = negative ? alpha : 1;
    c.per_unit = 0x1p23 / fmax(1, fmax(fabs(alpha), fabs(1 - alpha)));
    c.scale = (float)(of->unit * c.factor);
  }
  return c;
}

static inline double per_unit_at(const Case *c, double result, int function) {
  double size = fabs(result);
  return function == SMOOTH ? ulps_per_unit(size > c->least ? size : c->least) : c->per_unit;
}

static inline double error_at(const Case *c, int function, int evaluation, float H, double exact, float base) {
  double result = c->factor * exact + c->side * (double)base;
  float found = multiply_add(H, c->scale, (float)c->side * base, evaluation);
  return fabs((double)found - result) * per_unit_at(c, result, function);
}

/* The errors of a chunk; returns the largest. Inline, so that there is a loop for each function and evaluation. */
static inline double errors_of(Case c, int function, int evaluation, const float *H, const double *exact,
                               const float *base, double *errors) {
  double largest = 0;
  for (int i = 0; i < CHUNK; i++) {
    errors[i] = error_at(&c, function, evaluation, H[i], exact[i], base[i]);
    largest = errors[i] > largest ? errors[i] : largest;
  }
  return largest;
}

/* What no error of a chunk exceeds, for the largest error of its f. It spares nearly all of the work. */
static double bound_of(const Case *c, int function, int evaluation, const Composite *of, const float *H,
                       const double *exact, const float *base, double f_error) {
  double first = c->factor * exact[0] + c->side * base[0];
  double last = c->factor * exact[CHUNK - 1] + c->side * base[CHUNK - 1];
  double per_unit = fmax(per_unit_at(c, first, function), per_unit_at(c, last, function));
  double error = fabs(c->factor) * f_error + fabs(c->scale - of->unit * c->factor) * 1.01 * H[0];
  error += half_ulp(fmax(fabs(first), fabs(last)));
  if (evaluation == PLAIN) error += half_ulp(c->factor * exact[0]);
  if (c->side != 1) error += half_ulp(c->side * base[CHUNK - 1]);
  return error * per_unit;
}

/* h or Q over a chunk of |x|, by Taylor's series from its middle. */
static void exact_of(int function, double beta, const float *x, double *exact) {
  double u = beta * x[CHUNK / 2], pdf = PDF_AT_ZERO * exp(-0.5 * u * u), tail = 0.5 * erfc(u * M_SQRT1_2);
  double of_smooth[] = {pdf - u * tail, -tail, pdf / 2, -u * pdf / 6, (u * u - 1) * pdf / 24};
  double of_tail[] = {tail, -pdf, u * pdf / 2, (1 - u * u) * pdf / 6, (u * u - 3) * u * pdf / 24};
  const double *c = function == SMOOTH ? of_smooth : of_tail;
  for (int i = 0; i < CHUNK; i++) {
    double d = beta * x[i] - u;
    exact[i] = c[0] + d * (c[1] + d * (c[2] + d * (c[3] + d * c[4])));
  }
}

/*
 * Every float32 x with |beta x| from 2^exponent to the clamp: the largest error of each pair, side and evaluation
 * that has one above `threshold`, and the points above it, unless `points` is NULL. It stops when there is no room for
 * another, and returns how many there are.
 */
int walk(int function, const Composite *of, int exponent, double threshold, Worst *worst, Point *points,
         int capacity) {
  static float x[CHUNK], t[CHUNK], ones[CHUNK], H[EVALUATIONS][CHUNK];
  static double exact[CHUNK], errors[CHUNK];
  int found = 0;
  memset(worst, 0, sizeof *worst);
  for (int i = 0; i < CHUNK; i++) ones[i] = 1;
  const float *base = function == SMOOTH ? x : ones;
  for (int b = 0; b < beta_count; b++) {
    float scaled_beta = (float)(of->argument_scale * betas[b]);
    uint32_t end = bits_of((float)(END / betas[b]));
    for (uint32_t start = bits_of((float)(ldexp(1, exponent) / betas[b])) & -CHUNK; start < end; start += CHUNK) {
      for (int i = 0; i < CHUNK; i++) x[i] = from_bits(start + i);
      for (int i = 0; i < CHUNK; i++) t[i] = argument_of(of, x[i], scaled_beta);
      exact_of(function, betas[b], x, exact);
      for (int evaluation = 0; evaluation < EVALUATIONS; evaluation++) {
        double f_error = 0;
        composites(function, of, evaluation, t, H[evaluation], CHUNK);
        for (int i = 0; i < CHUNK; i++) {
          double error = fabs(H[evaluation][i] * of->unit - exact[i]);
          f_error = error > f_error ? error : f_error;
        }
        for (int side = 0; side < 2 * alpha_count; side++) {
          int a = side / 2, negative = side % 2;
          Case c = case_of(function, of, a, b, negative);
          if (bound_of(&c, function, evaluation, of, H[evaluation], exact, base, f_error) < threshold) continue;
          double largest = function == SMOOTH
                               ? evaluation == PLAIN ? errors_of(c, SMOOTH, PLAIN, H[PLAIN], exact, base, errors)
                                                     : errors_of(c, SMOOTH, RELAXED, H[RELAXED], exact, base, errors)
                           : evaluation == PLAIN ? errors_of(c, TAIL, PLAIN, H[PLAIN], exact, base, errors)
                                                 : errors_of(c, TAIL, RELAXED, H[RELAXED], exact, base, errors);
          if (largest <= threshold) continue;
          for (int i = 0; i < CHUNK; i++) {
            if (errors[i] <= threshold) continue;
            if (errors[i] > worst->error[evaluation][a][b][negative]) {
              worst->error[evaluation][a][b][negative] = errors[i];
              worst->magnitude[evaluation][a][b][negative] = x[i];
            }
            if (points == NULL) continue;
            if (found == capacity) return found;
            points[found++] = (Point){exact[i], x[i], evaluation, a, b, negative};
          }
        }
      }
    }
  }
  return found;
}

static Case cases[MOST_PARAMETERS][MOST_PARAMETERS][2];

/* The largest error at the points; if one is above `limit` the first such, which moves half-way to the front. */
static double largest_error(int function, const Composite *of, Point *points, int length, double limit) {
  double largest = 0;
  for (int i = 0; i < length; i++) {
    Point point = points[i];
    float t = argument_of(of, point.magnitude, (float)(of->argument_scale * betas[point.beta]));
    float H = composite_at(function, of->constants, t, point.evaluation);
    const Case *c = &cases[point.alpha][point.beta][point.negative];
    float base = function == SMOOTH ? point.magnitude : 1;
    double error = error_at(c, function, point.evaluation, H, point.exact, base);
    if (error > largest) largest = error;
    if (error > limit) {
      points[i] = points[i / 2];
      points[i / 2] = point;
      break;
    }
  }
  return largest;
}

/* Whether the composite is exactly 0 at the clamp, plain and relaxed. */
static int ends_exactly(int function, const Composite *of) {
  return composite_at(function, of->constants, of->clamp, PLAIN) == 0 &&
         composite_at(function, of->constants, of->clamp, RELAXED) == 0;
}

/* Marsaglia's xorshift: a whole number below `limit`. */
static int random_below(uint64_t *state, int limit) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (int)((*state >> 32) * (uint64_t)limit >> 32);
}

/*
 * Random steps of the last places of one to four of the first `constants`, by at most their entry of `largest_step`.
 * Of those that leave the composite 0 at the clamp, each is kept with which the largest error at the points does not
 * grow. Ends where that is at most `target`, or after `tries` of them, and returns it. The start need not be 0 at the
 * clamp. The unit stays, so that the constant which decides it must not be among the first.
 */
double tune(int function, Composite *of, const int *largest_step, int constants, Point *points, int length,
            double target, uint64_t *random, int tries) {
  for (int a = 0; a < alpha_count; a++)
    for (int b = 0; b < beta_count; b++)
      for (int negative = 0; negative < 2; negative++) cases[a][b][negative] = case_of(function, of, a, b, negative);
  double error = ends_exactly(function, of) ? largest_error(function, of, points, length, DBL_MAX) : DBL_MAX;
  while (tries > 0 && error > target) {
    Composite candidate = *of;
    for (int moved = 1 + random_below(random, 4); moved > 0; moved--) {
      int k = random_below(random, constants);
      float *constant = &candidate.constants[k];
      *constant = from_bits(bits_of(*constant) + random_below(random, 2 * largest_step[k] + 1) - largest_step[k]);
    }
    if (!ends_exactly(function, &candidate)) continue;
    tries--;
    double found = largest_error(function, &candidate, points, length, error);
    if (found <= error) *of = candidate, error = found;
  }
  return error;
}
