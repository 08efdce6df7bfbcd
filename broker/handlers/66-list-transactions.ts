import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { listTransactions } from '../../src/protocol/messages/66-list-transactions.ts';
import { TRANSACTION_STATES } from '../coordinators/transaction/transaction-metadata.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

const STATES: ReadonlySet<string> = new Set(TRANSACTION_STATES);

/**
 * ListTransactions (key 66, v0-2): the transactional ids that this broker coordinates, by state, producer id, duration (v1+,
 * KIP-994) and a regular expression for the whole id (v2, KIP-1152).
 *
 * Names that are no states are told back, and match nothing. INVALID_REGULAR_EXPRESSION for one that RE2 does not know.
 */
export function listTransactionsHandler(services: BrokerServices): RequestHandler<typeof listTransactions> {
  return {
    api: listTransactions,
    inTurn: true,
    async answer({ stateFilters, producerIdFilters, durationFilter, transactionalIdPattern }) {
      const matches = await matcherOf(transactionalIdPattern ?? '');
      if (matches === undefined) return { errorCode: ErrorCode.INVALID_REGULAR_EXPRESSION };
      const { errorCode, transactions } = services.transactions.list({
        states: new Set(stateFilters),
        producerIds: new Set(producerIdFilters),
        durationMs: durationFilter,
        matches,
      });
      return {
        errorCode,
        unknownStateFilters: stateFilters.filter((name) => !STATES.has(name)),
        transactionStates: transactions,
      };
    },
  };
}

/** Whether a text is one of those that an expression means, in time linear in the text; undefined for one that is none. */
async function matcherOf(pattern: string): Promise<((text: string) => boolean) | undefined> {
  if (pattern === '') return () => true;
  // Few ask so: it is not loaded before one does.
  const { RE2JS } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matches(text);
  } catch {
    return undefined;
  }
}
