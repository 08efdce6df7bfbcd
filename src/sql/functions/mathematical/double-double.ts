/**
 * Numbers of twice a double's digits: the sum of two doubles, the second at most half a unit of the last place of the
 * first. The sums and products are those of Dekker (1971) and Knuth.
 */
export interface DoubleDouble {
  readonly high: number;
  readonly low: number;
}

const SPLITTER = 2 ** 27 + 1;

function quickSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  return { high, low: b - (high - a) };
}

export function exactSum(a: number, b: number): DoubleDouble {
  const high = a + b;
  const rounded = high - a;
  return { high, low: a - (high - rounded) + (b - rounded) };
}

export function exactProduct(a: number, b: number): DoubleDouble {
  const high = a * b;
  const aTop = SPLITTER * a - (SPLITTER * a - a);
  const bTop = SPLITTER * b - (SPLITTER * b - b);
  const aRest = a - aTop;
  const bRest = b - bTop;
  return { high, low: aTop * bTop - high + aTop * bRest + aRest * bTop + aRest * bRest };
}

export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const sum = exactSum(a.high, b.high);
  const rest = exactSum(a.low, b.low);
  const first = quickSum(sum.high, sum.low + rest.high);
  return quickSum(first.high, first.low + rest.low);
}

export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const product = exactProduct(a.high, b.high);
  return quickSum(product.high, product.low + (a.high * b.low + a.low * b.high));
}

/** Exact where no digit is lost below the least double. */
export function scale({ high, low }: DoubleDouble, by: number): DoubleDouble {
  return { high: high * by, low: low * by };
}

export function fromDouble(high: number): DoubleDouble {
  return { high, low: 0 };
}
