import { AssertionFailure } from './errors.ts';

/**
 * A failed assertion says that some state is not what the code relies on. It is never caught to go on with that state:
 * the smallest thing that owns the state stops and says so.
 *
 * | owner | stops by | what others see |
 * | --- | --- | --- |
 * | connection (frames, order of responses) | being closed | a disconnected client |
 * | partition (its log, what follows or leads it) | taking no more reads and writes | KAFKA_STORAGE_ERROR |
 * | controller (its decisions) | giving up its leadership | another controller |
 * | record of an application (its task) | the application ending in ERROR; no failure handler is asked | other instances take over |
 * | query | ERROR, not started again by itself | SHOW QUERIES, DESCRIBE |
 * | carrying out of statements (the catalog) | taking no more statements | a health check that fails |
 * | broker (metadata, groups, all else) | closing, as after a failed disk | a broker that has left |
 *
 * Who stops notes it in `stopped` of the failure before it passes it on. A `catch` that goes on after other errors asks
 * {@link mustStop} first, and either stops what it owns or throws again. What reaches a handler's caller with nobody
 * stopped stops the broker.
 */

/** Whether an error is a failed assertion that nothing has stopped for. */
export function mustStop(error: unknown): error is AssertionFailure {
  return error instanceof AssertionFailure && error.stopped === undefined;
}

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
