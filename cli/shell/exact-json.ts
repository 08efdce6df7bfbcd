import { isLosslessNumber, type LosslessNumber, parse, stringify } from 'lossless-json';

/**
 * Reads JSON without loss: a number stays the text that the server sent, so that a BIGINT beyond 2^53 and the scale of a
 * DECIMAL (`1.50`) come through; everything else is as `JSON.parse` has it.
 */
export function parseExact(text: string): unknown {
  return parse(text);
}

/** The reverse of {@link parseExact}. */
export function stringifyExact(value: unknown): string {
  return stringify(value) ?? 'null';
}

export function isExactNumber(value: unknown): value is LosslessNumber {
  return isLosslessNumber(value);
}
