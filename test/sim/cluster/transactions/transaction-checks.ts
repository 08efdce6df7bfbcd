import type { ProducerLife, Transaction, TransactionHistory } from './transaction-history.ts';

/** Values of one partition by offsets that rise. */
export type PartitionValues = readonly (readonly [offset: number, value: string])[];

export interface TransactionFault {
  readonly checker: string;
  readonly what: string;
}

/** What a topic holds in the end, by partition. */
export interface FinalContent {
  /** As a reader in read_committed is given it. */
  readonly committed: readonly PartitionValues[];
  /** As a reader in read_uncommitted is given it: what was aborted, too. */
  readonly all: readonly PartitionValues[];
}

/**
 * What is wrong with the final content of a topic that is written in transactions only, and never compacted:
 *
 * - `aborted-read` (G1a): a record of a transaction is committed that was aborted, or never asked to be committed;
 * - `half-transaction`: of a transaction some records are committed and others are not. One of which the producer does not
 *   know how it ended may be there or not, but as a whole;
 * - `commit-lost`: a transaction whose commit was acknowledged is not there;
 * - `acknowledged-lost`: a record, of an aborted transaction too, is not where it was acknowledged;
 * - `doubled`, `transaction-order`: a record is there twice, or before one that its transaction wrote earlier;
 * - `fenced-write`: a record is there that was handed to a producer after another one of its transactional id had its
 *   identity; `fenced-commit`: such a producer was told that it has committed;
 * - `write-cycle` (G0): see {@link cyclesOf};
 * - `foreign-record`: nobody sent it.
 */
export function faultsOfTransactions(
  history: TransactionHistory,
  { committed, all }: FinalContent,
): readonly TransactionFault[] {
  return [
    ...faultsOfOutcomes(history, committed),
    ...all.flatMap((values, partition) => faultsOfPartition(history, partition, values)),
    ...lostAcknowledged(history, all),
    ...all.flatMap((values, partition) => cyclesOf(history, partition, values)),
    ...fencedCommits(history),
  ];
}

function faultsOfOutcomes(
  history: TransactionHistory,
  committed: readonly PartitionValues[],
): readonly TransactionFault[] {
  const faults: TransactionFault[] = [];
  const seen = new Map<Transaction, Set<number>>();
  for (const [partition, values] of committed.entries()) {
    for (const [offset, value] of values) {
      const found = history.find(value);
      if (found === undefined) {
        faults.push({ checker: 'foreign-record', what: `nobody sent ${value}, at ${partition}:${offset}` });
        continue;
      }
      const indexes = seen.get(found.transaction) ?? new Set<number>();
      seen.set(found.transaction, indexes);
      indexes.add(found.index);
    }
  }
  for (const transaction of history.transactions.values()) {
    const { name, records, outcome, commitAskedMs } = transaction;
    const indexes = seen.get(transaction) ?? new Set<number>();
    if (indexes.size > 0 && (outcome === 'aborted' || commitAskedMs === undefined)) {
      const why = outcome === 'aborted' ? 'was aborted' : 'nobody has asked to commit';
      faults.push({ checker: 'aborted-read', what: `${name}, which ${why}, is committed` });
    } else if (indexes.size > 0 && indexes.size < records.length) {
      const missing = records.flatMap(({ partition }, index) =>
        indexes.has(index) ? [] : [`${index} (partition ${partition})`],
      );
      const what = `of ${name} (${outcome ?? 'of unknown outcome'}) are not committed: ${missing.join(', ')}`;
      faults.push({ checker: 'half-transaction', what });
    } else if (indexes.size === 0 && records.length > 0 && outcome === 'committed') {
      faults.push({ checker: 'commit-lost', what: `${name}, whose commit was acknowledged, is not there` });
    }
  }
  return faults;
}

function faultsOfPartition(
  history: TransactionHistory,
  partition: number,
  values: PartitionValues,
): readonly TransactionFault[] {
  const faults: TransactionFault[] = [];
  const offsets = new Map<string, number>();
  const last = new Map<ProducerLife, { readonly transaction: Transaction; readonly index: number }>();
  for (const [offset, value] of values) {
    const place = `${value} at ${partition}:${offset}`;
    const twin = offsets.get(value);
    if (twin !== undefined) faults.push({ checker: 'doubled', what: `${place} is at ${twin}, too` });
    offsets.set(value, offset);
    const found = history.find(value);
    const record = found?.transaction.records[found.index];
    if (found === undefined || record === undefined || record.partition !== partition) {
      faults.push({ checker: 'foreign-record', what: `nobody sent ${place}` });
      continue;
    }
    const { transaction, index } = found;
    const before = last.get(transaction.life);
    const isBehind =
      before?.transaction === transaction
        ? before.index > index
        : (before?.transaction.beganMs ?? 0) > transaction.beganMs;
    if (before !== undefined && isBehind) {
      const what = `${place} is behind ${before.transaction.name}/${before.index}`;
      faults.push({ checker: 'transaction-order', what });
    }
    last.set(transaction.life, found);
    const fencedMs = history.fencedMs(transaction.life);
    if (record.sentMs > fencedMs) {
      const what = `${place} was sent at ${record.sentMs}, after its producer was fenced at ${fencedMs}`;
      faults.push({ checker: 'fenced-write', what });
    }
  }
  return faults;
}

function lostAcknowledged(
  history: TransactionHistory,
  all: readonly PartitionValues[],
): readonly TransactionFault[] {
  const faults: TransactionFault[] = [];
  const contents = all.map((values) => new Map(values));
  const known = all.map((values) => new Set(values.map(([, value]) => value)));
  for (const { name, records } of history.transactions.values()) {
    for (const [index, { partition, offset }] of records.entries()) {
      if (offset === undefined) continue;
      const value = `${name}/${index}`;
      const there = offset < 0 ? known[partition]?.has(value) : contents[partition]?.get(offset) === value;
      if (there === true) continue;
      const found = contents[partition]?.get(offset) ?? 'nothing';
      const what = `${value} was acknowledged at ${partition}:${offset}, where is ${found}`;
      faults.push({ checker: 'acknowledged-lost', what });
    }
  }
  return faults;
}

/**
 * Write cycles, as far as Kafka forbids them. A record is in its partition's log from the moment when it is appended, so two
 * transactions that are open at the same time may well be in one order in one partition and in the other order in the next:
 * that is no fault, here as in Kafka. Where one was over before the other began there is one order, the same in all
 * partitions: nothing of the earlier one is behind anything of the later one. Transactions of one transactional id always are
 * ordered like this. "Over" is when its producer was told so, or when the next producer of its id was given an identity; so
 * each cycle of writes among transactions of which any two that follow each other were not open together is found, as the
 * pair in it that is in the wrong order. A record that was not acknowledged may come late, up to the marker of its aborted
 * transaction, which is written after the producer was told: it is over when the next producer is there.
 */
function cyclesOf(
  history: TransactionHistory,
  partition: number,
  values: PartitionValues,
): readonly TransactionFault[] {
  const faults: TransactionFault[] = [];
  /** Of all that is behind: what was over first. */
  let earliestMs = Number.POSITIVE_INFINITY;
  let earliest = '';
  for (const [offset, value] of values.toReversed()) {
    const found = history.find(value);
    if (found === undefined) continue;
    const { transaction, index } = found;
    if (transaction.beganMs > earliestMs) {
      const what = `${value} at ${partition}:${offset} is before ${earliest}, though that was over earlier`;
      faults.push({ checker: 'write-cycle', what });
    }
    const isAcknowledged = transaction.records[index]?.offset !== undefined;
    const overMs = isAcknowledged ? history.overMs(transaction) : history.fencedMs(transaction.life);
    if (overMs < earliestMs) {
      earliestMs = overMs;
      earliest = value;
    }
  }
  return faults;
}

function fencedCommits(history: TransactionHistory): readonly TransactionFault[] {
  const faults: TransactionFault[] = [];
  for (const { name, life, outcome, commitAskedMs, records } of history.transactions.values()) {
    const fencedMs = history.fencedMs(life);
    if (outcome !== 'committed' || records.length === 0 || (commitAskedMs ?? 0) <= fencedMs) continue;
    const what = `${name} was committed by a producer that was fenced at ${fencedMs}, before it asked`;
    faults.push({ checker: 'fenced-commit', what });
  }
  return faults;
}
