import { AssertionFailure } from './errors.ts';

/** Throws {@link AssertionFailure} unless `condition` holds: the invariant is named by `message`. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionFailure(message);
}

/** Narrows away null and undefined, which here would be a bug. */
export function assertDefined<T>(value: T | null | undefined, message: string): T {
  if (value === undefined || value === null) throw new AssertionFailure(message);
  return value;
}

/** The end of an exhaustive `switch`: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new AssertionFailure(`unreachable: ${JSON.stringify(value)}`);
}
