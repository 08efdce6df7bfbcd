import { DiagnosticError } from '../../../base/errors.ts';
import { recordedMessages } from '../../messages/recorded.ts';

/** The error for a piece of a recorded plan that is not what it has to be. */
export function wrongRecord(expected: string, found: unknown): DiagnosticError {
  return new DiagnosticError(recordedMessages.wrongPiece(expected, found));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fields of an object. */
export function asObject(value: unknown, expected: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw wrongRecord(expected, value);
  return value;
}

export function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongRecord('a list', value);
  return value;
}

export function asText(value: unknown): string {
  if (typeof value !== 'string') throw wrongRecord('a text', value);
  return value;
}

export function asNumber(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongRecord('a number', value);
  return value;
}

/** A position in a list of so many. */
export function asIndex(value: unknown, count: number): number {
  const index = asNumber(value);
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw wrongRecord(`one of ${count} places`, value);
  return index;
}

function isOneOf<W extends string>(value: unknown, words: Readonly<Record<W, unknown>>): value is W {
  return typeof value === 'string' && Object.hasOwn(words, value);
}

/** One of a closed set of words. */
export function asWord<W extends string>(value: unknown, words: Readonly<Record<W, unknown>>): W {
  if (!isOneOf(value, words)) throw wrongRecord(`one of ${Object.keys(words).join(', ')}`, value);
  return value;
}
