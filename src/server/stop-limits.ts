import type { Timers } from '../base/environment.ts';
import type { Logger } from '../base/logger.ts';

/**
 * How long the SQL server waits, when it is to stop, for the statements that are under way, before it answers that they
 * have not ended; then for its queries to commit and for a statement that is being carried out; then for its clients, and
 * meanwhile for the answers to be read. Whoever ends a process gives it some seconds, and then kills it: what is not committed by
 * then is processed again, as after a kill.
 */
export const STATEMENTS_STOP_MS_MAX = 500;
export const QUERIES_STOP_MS_MAX = 3_000;
export const CLIENTS_STOP_MS_MAX = 1_000;

interface StoppedPart {
  readonly limitMs: number;
  /** What is being waited for, when the time is over. */
  readonly what: () => string;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Waits for something to end, but not for long: the log names what goes on. Never rejects. */
export async function stopWithin(work: Promise<unknown>, part: StoppedPart): Promise<void> {
  const { limitMs, what, timers, logger } = part;
  const over = new AbortController();
  const late = timers.sleep(limitMs, over.signal).then(
    () => logger.warn(`stopping without waiting any longer for ${what()}`, { waitedMs: limitMs }),
    () => undefined,
  );
  const ended = work.catch((error: unknown) => logger.warn(`while stopping ${what()}`, { error }));
  await Promise.race([ended, late]);
  over.abort();
}
