/**
 * Sine, cosine and tangent that are rounded once, as good as Java's `Math.sin`, `cos` and `tan`: JavaScript's differ from
 * those in the last digit of every thirtieth result.
 */
import {
  add,
  type DoubleDouble,
  exactProduct,
  exactSum,
  fromDouble,
  multiply,
  scale,
} from './double-double.ts';

/** A right angle in parts; the first three have 33 bits, so that their products with a quadrant are exact. */
const QUARTER = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];

/** Up to this many right angles the rest of a division by them has all digits. Beyond, JavaScript's results must do. */
const QUADRANTS_MAX = 2 ** 20;
const TERMS = 27;

/** 1 / n!, by n. */
const reciprocals: readonly DoubleDouble[] = reciprocalFactorials();

function reciprocalFactorials(): readonly DoubleDouble[] {
  const list = [fromDouble(1)];
  for (let n = 1; n <= TERMS + 1; n += 1) list.push(divide(list[n - 1] ?? fromDouble(1), fromDouble(n)));
  return list;
}

function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const first = a.high / b.high;
  const rest = add(a, scale(multiply(fromDouble(first), b), -1));
  const second = rest.high / b.high;
  const last = add(rest, scale(multiply(fromDouble(second), b), -1));
  return add(exactSum(first, second), fromDouble(last.high / b.high));
}

interface Angle {
  /** Between minus and plus an eighth of a turn. */
  readonly rest: DoubleDouble;
  readonly quadrant: number;
}

function reduce(x: number): Angle | undefined {
  const quadrants = Math.round(x / (Math.PI / 2));
  if (!(Math.abs(quadrants) <= QUADRANTS_MAX)) return undefined;
  let rest = fromDouble(x);
  for (const part of QUARTER) rest = add(rest, exactProduct(-quadrants, part));
  return { rest, quadrant: ((quadrants % 4) + 4) % 4 };
}

/** The series of the sine, where `first` is 1, or of the cosine, where it is 0. */
function series(x: DoubleDouble, first: 0 | 1): DoubleDouble {
  const square = scale(multiply(x, x), -1);
  let sum = fromDouble(0);
  for (let n = first + TERMS - 1; n >= first; n -= 2) {
    sum = add(multiply(sum, square), reciprocals[n] ?? fromDouble(0));
  }
  return first === 1 ? multiply(sum, x) : sum;
}

function sineAt({ rest, quadrant }: Angle): DoubleDouble {
  const value = series(rest, quadrant % 2 === 0 ? 1 : 0);
  return quadrant < 2 ? value : scale(value, -1);
}

function cosineAt({ rest, quadrant }: Angle): DoubleDouble {
  return sineAt({ rest, quadrant: (quadrant + 1) % 4 });
}

export function sin(x: number): number {
  const angle = Math.abs(x) < 2 ** -27 ? undefined : reduce(x);
  return angle === undefined ? Math.sin(x) : sineAt(angle).high;
}

export function cos(x: number): number {
  const angle = reduce(x);
  return angle === undefined ? Math.cos(x) : cosineAt(angle).high;
}

export function tan(x: number): number {
  const angle = Math.abs(x) < 2 ** -27 ? undefined : reduce(x);
  return angle === undefined ? Math.tan(x) : divide(sineAt(angle), cosineAt(angle)).high;
}
