/**
 * A double as Java prints it (`Double.toString` of JDK 19 and later, which gives the shortest digits, as JavaScript
 * does): plain from 10^-3 to 10^7, else one digit, a point, the rest and `E` with the exponent.
 */
export function printDouble(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value);
    return Number.isInteger(value) ? `${text}.0` : text;
  }
  if (magnitude === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (Number.isNaN(value)) return 'NaN';
  if (magnitude === Infinity) return value > 0 ? 'Infinity' : '-Infinity';
  return scientific(value);
}

function scientific(value: number): string {
  const text = value.toExponential();
  const at = text.indexOf('e');
  const digits = text.slice(0, at);
  const exponent = text.charAt(at + 1) === '+' ? text.slice(at + 2) : text.slice(at + 1);
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent}`;
}

const DOUBLE_TEXT = /^[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[fFdD]?)$/;

/** Reads what Java's `Double.parseDouble` reads (hexadecimal forms left out), or undefined. */
export function parseDouble(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DOUBLE_TEXT.test(trimmed)) return undefined;
  const last = trimmed.charCodeAt(trimmed.length - 1) | 32;
  // A type suffix, but not the end of NaN or of Infinity.
  const suffixed = last === 100 || last === 102;
  return Number(suffixed ? trimmed.slice(0, -1) : trimmed);
}
