import type { Timers } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import { type Logger, silentLogger } from '../../base/logger.ts';
import type { KafkaAdmin } from '../../client/types.ts';

/** So long queries wait at most for what an earlier life has left: their own starts end it, too. */
const WAIT_MS_MAX = 2_000;

interface LeftTransactionsParts {
  readonly admin: Pick<KafkaAdmin, 'listTransactions' | 'fenceProducers'>;
  readonly timers: Timers;
  readonly logger?: Logger | undefined;
}

/**
 * Ends the transactions that a process has left open which was killed. A query that starts again ends its own; one that does not, since it
 * was terminated, paused or held back meanwhile, would hold up whoever reads its results until `transaction.timeout.ms`.
 *
 * To be called before any query has begun a transaction. Resolves when that is done, or when it takes too long; never rejects.
 *
 * @param transactionalIds of the queries that have state here.
 */
export async function endLeftTransactions(
  transactionalIds: ReadonlySet<string>,
  { admin, timers, logger = silentLogger }: LeftTransactionsParts,
): Promise<void> {
  if (transactionalIds.size === 0) return;
  const over = new AbortController();
  const end = async (): Promise<void> => {
    const open = await admin.listTransactions({ states: ['Ongoing'] });
    const left = open.flatMap(({ transactionalId: id }) => (transactionalIds.has(id) ? [id] : []));
    // From now on queries may have begun some of their own.
    if (over.signal.aborted || left.length === 0) return;
    await admin.fenceProducers(left);
    logger.info('transactions that an earlier life has left open are aborted', { transactionalIds: left });
  };
  const ended = end().catch((error: unknown) => {
    // Brokers before 3.0 cannot list them.
    if (!(error instanceof OperationalError)) throw error;
    logger.debug('transactions of an earlier life end at their timeout', { error: messageOf(error) });
  });
  const waited = timers.sleep(WAIT_MS_MAX, over.signal).catch(() => undefined);
  await Promise.race([ended, waited]);
  over.abort();
}
