import { DiagnosticError } from '../../base/errors.ts';
import { Windowed } from '../windows/windowed.ts';

/** Structured clones, which recurse as well, go about ten times as deep. */
const DEPTH_MAX = 500;

/** The field of what stands for something that structured clones do not keep. */
const MARK = '$millrace';

/**
 * Makes of keys and rows what comes out of {@link receivedValue} in another thread as it was. Structured clones make bytes of
 * buffers, and plain objects of instances of classes; buffers and windowed keys stay what they are.
 */
export function copiedValue(value: unknown): unknown {
  return copiedWithin(value, 0);
}

function copiedWithin(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > DEPTH_MAX) throw tooDeep();
  const inner = (part: unknown): unknown => copiedWithin(part, depth + 1);
  // Copied: a clone of a part of a pool would be one of the whole pool.
  if (Buffer.isBuffer(value)) return { [MARK]: 'bytes', bytes: Uint8Array.from(value) };
  if (value instanceof Windowed) return { [MARK]: 'windowed', key: inner(value.key), window: value.window };
  if (Array.isArray(value)) return value.map(inner);
  if (!isPlain(value)) return value;
  const fields = mapped(value, inner);
  return Object.hasOwn(value, MARK) ? { [MARK]: 'object', fields: Object.entries(fields) } : fields;
}

/** See {@link copiedValue}. */
export function receivedValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(receivedValue);
  if (!isPlain(value)) return value;
  if (!isMarked(value)) return mapped(value, receivedValue);
  switch (value[MARK]) {
    case 'bytes':
      return Buffer.from(value.bytes);
    case 'windowed':
      return new Windowed(receivedValue(value.key), value.window);
    default:
      return mapped(Object.fromEntries(value.fields), receivedValue);
  }
}

function tooDeep(): DiagnosticError {
  return new DiagnosticError({
    message: `a value that is nested more than ${DEPTH_MAX} deep cannot be copied between stream threads`,
    hint: 'keep flat data in stores that are asked from outside',
  });
}

type Marked =
  | { readonly [MARK]: 'bytes'; readonly bytes: Uint8Array }
  | { readonly [MARK]: 'windowed'; readonly key: unknown; readonly window: Windowed<unknown>['window'] }
  | { readonly [MARK]: 'object'; readonly fields: readonly (readonly [string, unknown])[] };

const isMarked = (value: object): value is Marked => Object.hasOwn(value, MARK);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function mapped(value: object, each: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, each(field)]));
}
