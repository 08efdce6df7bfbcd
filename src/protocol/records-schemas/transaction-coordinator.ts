import { transactionLogKey, transactionLogValue } from './transaction-coordinator/00-transaction-log.ts';
import type { KeyedMessage } from '../message.ts';

/** The records of `__transaction_state`, by their type, which is the version that a key begins with. */
export const transactionCoordinatorRecords = {
  0: { key: transactionLogKey, value: transactionLogValue },
} as const satisfies Readonly<Record<number, { readonly key: KeyedMessage; readonly value: KeyedMessage }>>;
