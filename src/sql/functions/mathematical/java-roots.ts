/** Functions that Java computes by fdlibm of 1993, where JavaScript's engine follows a later edition of it. */

const words = new DataView(new ArrayBuffer(8));

function highWord(x: number): number {
  words.setFloat64(0, x);
  return words.getUint32(0);
}

function fromHighWord(high: number): number {
  words.setUint32(0, high);
  words.setUint32(4, 0);
  return words.getFloat64(0);
}

/** The cube root: a guess of 5 bits from the exponent, then of 23 bits, then a step of Newton's. */
export function cbrt(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  const magnitude = Math.abs(x);
  let root =
    magnitude < 2 ** -1022
      ? fromHighWord(Math.floor(highWord(2 ** 54 * magnitude) / 3) + 696_219_795)
      : fromHighWord(Math.floor(highWord(magnitude) / 3) + 715_094_163);
  const off = 19 / 35 + ((root * root) / magnitude) * root;
  root *= 5 / 14 + 45 / 28 / (off + 99 / 70 + -864 / 1225 / off);
  // Cut to 20 bits and made larger than the root, so that its square is exact.
  root = fromHighWord(highWord(root) + 1);
  const quotient = magnitude / (root * root);
  root += root * ((quotient - root) / (root + root + quotient));
  return x < 0 ? -root : root;
}

const PI_LOW = 1.2246467991473532e-16;

/** The angle of a point. Where it is left of zero and more than 2^60 times as high, Java's last digit is off. */
export function atan2(y: number, x: number): number {
  const isSteep = x < 0 && Number.isFinite(y) && (highWord(Math.abs(y)) - highWord(-x)) >> 20 > 60;
  if (!isSteep || x === Number.NEGATIVE_INFINITY) return Math.atan2(y, x);
  const angle = Math.PI - (Math.PI / 2 + 0.5 * PI_LOW - PI_LOW);
  return y < 0 ? -angle : angle;
}
