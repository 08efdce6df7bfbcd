import type { Duration } from '../../../grammar/ast.ts';
import { DiagnosticError } from '../../base/errors.ts';
import { durationMs } from '../analysis/durations.ts';
import type { ExecuteInput } from './definition.ts';
import type { Statement } from '../../../grammar/ast.ts';

/** How often what is asserted is looked at again, as in ksqlDB. */
const RETRY_MS = 100;
/** Where neither the statement nor a property says how long it is waited for, as in ksqlDB. */
const DEFAULT_TIMEOUT_MS = 1_000;

/** How long an assertion is waited for. */
interface AssertionWait {
  /** TIMEOUT of the statement. */
  readonly timeout?: Duration | undefined;
  /** The property that says how long, where the statement does not. */
  readonly defaultProperty: string;
}

/**
 * Looks at once whether an assertion holds, and again every 100 ms until its time is over. Where no time passes (an engine
 * without an environment) it is looked at once.
 * @param look throws what is not as it is asserted.
 * @throws {DiagnosticError} what was last found; the signal's reason where the engine is closed meanwhile.
 */
export async function untilHolds(
  look: () => Promise<void>,
  { timeout, defaultProperty }: AssertionWait,
  { context, timers, signal }: Pick<ExecuteInput<Statement>, 'context' | 'timers' | 'signal'>,
): Promise<void> {
  const timeoutMs =
    timeout === undefined
      ? Number(context.properties[defaultProperty] ?? DEFAULT_TIMEOUT_MS)
      : durationMs(timeout);
  for (let left = Math.floor(timeoutMs / RETRY_MS); ; left -= 1) {
    try {
      await look();
      return;
    } catch (error) {
      if (!(error instanceof DiagnosticError) || left <= 0 || timers === undefined) throw error;
    }
    await timers.sleep(RETRY_MS, signal);
  }
}
