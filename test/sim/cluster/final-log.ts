import type { History, SentRecord } from './history.ts';

/** One thing that is wrong with a log, and the name of the rule. */
interface LogFault {
  readonly checker: 'acknowledged-lost' | 'duplicate' | 'order' | 'foreign-record' | 'read-lost';
  readonly what: string;
}

/**
 * What is wrong with a partition's final content, from offset 0 to its end, given what the clients were told:
 *
 * - an acknowledged record is missing, or not where it was acknowledged;
 * - a record is there twice, though its producer is idempotent;
 * - records of one producer are not in the order in which it sent them;
 * - a record is there that nobody sent, or that differs from what a consumer was given before.
 *
 * @param content the ids of the records, by offset.
 */
export function faultsOfPartition(
  partition: number,
  content: readonly string[],
  history: History,
): readonly LogFault[] {
  const faults: LogFault[] = [];
  const add = (checker: LogFault['checker'], what: string): void => {
    faults.push({ checker, what: `partition ${partition}: ${what}` });
  };
  const offsetOf = new Map<string, number>();
  const lastOf = new Map<number, SentRecord>();
  for (const [offset, id] of content.entries()) {
    const twin = offsetOf.get(id);
    if (twin !== undefined) add('duplicate', `${id} is at ${twin} and again at ${offset}`);
    offsetOf.set(id, offset);
    const sent = history.sent.get(id);
    if (sent === undefined || sent.partition !== partition) {
      add('foreign-record', `nobody sent ${id}, which is at ${offset}`);
      continue;
    }
    const last = lastOf.get(sent.producer);
    if (last !== undefined && last.sequence > sent.sequence) {
      add('order', `${id} at ${offset} comes after ${last.id}`);
    }
    lastOf.set(sent.producer, sent);
  }
  for (const [offset, id] of history.acknowledged.get(partition) ?? []) {
    const found = content[offset];
    if (found === id) continue;
    const elsewhere = offsetOf.get(id);
    const fate = elsewhere === undefined ? 'is lost' : `is at ${elsewhere}`;
    add('acknowledged-lost', `${id}, acknowledged at ${offset}, ${fate}; there is ${found ?? 'nothing'}`);
  }
  for (const id of history.acknowledgedSomewhere) {
    if (history.sent.get(id)?.partition !== partition || offsetOf.has(id)) continue;
    add('acknowledged-lost', `${id}, acknowledged, is lost`);
  }
  for (const [offset, id] of history.read.get(partition) ?? []) {
    const found = content[offset];
    if (found !== id) add('read-lost', `${id} was read at ${offset}, where now is ${found ?? 'nothing'}`);
  }
  return faults;
}
