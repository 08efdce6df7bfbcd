/** A hundred persistent queries over one topic of JSON bids: what a server with many small queries does. */
import type { Admin } from '../../src/client/index.ts';
import { OperationalError } from '../../src/base/errors.ts';

/** How many there are of each kind. */
export const MIX = { filter: 60, aggregate: 25, windowed: 15 } as const;
export type QueryKind = keyof typeof MIX;

const COMMITTED_EVERY_MS = 100;
/** A run that does not get on is given up. */
const COMMITTED_MS_MAX = 900_000;

export const sourceOf = (topic: string): string =>
  `CREATE STREAM bids (k STRING KEY, auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING,
    datetime BIGINT) WITH (KAFKA_TOPIC = '${topic}', KEY_FORMAT = 'KAFKA', VALUE_FORMAT = 'JSON');`;

/**
 * One in a hundred rows passes each filter; aggregates and windows are by the key of the topic, so that nothing is
 * repartitioned; the windows differ in their size.
 */
const statementOf: Readonly<Record<QueryKind, (name: string, i: number) => string>> = {
  filter: (name, i) => `CREATE STREAM ${name} AS SELECT k, auction, price FROM bids WHERE ${conditionOf(i)};`,
  aggregate: (name, i) =>
    `CREATE TABLE ${name} AS SELECT k, ${AGGREGATES[i % AGGREGATES.length] ?? ''} FROM bids GROUP BY k;`,
  windowed: (name, i) =>
    `CREATE TABLE ${name} AS SELECT k, COUNT(*) AS n FROM bids
       WINDOW TUMBLING (SIZE ${10 + i} SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k;`,
};

const AGGREGATES = ['COUNT(*) AS n, SUM(price) AS total', 'MAX(price) AS most', 'COUNT(*) AS n'] as const;

function conditionOf(i: number): string {
  const conditions = [
    `auction % 100 = ${i}`,
    `price BETWEEN ${i * 100_000} AND ${(i + 1) * 100_000 - 1}`,
    `channel = 'channel-${i}'`,
  ];
  return conditions[i % conditions.length] ?? '';
}

/** @returns the statements of so many queries of each kind. */
export function queries(mix: Readonly<Record<QueryKind, number>>): readonly string[] {
  return (Object.keys(statementOf) as QueryKind[]).flatMap((kind) =>
    Array.from({ length: mix[kind] }, (_, i) => statementOf[kind](`${kind}_${i}`, i)),
  );
}

/** Groups of the persistent queries of a server, as soon as all have joined theirs. */
export async function queryGroups(admin: Admin, count: number): Promise<readonly string[]> {
  const endMs = performance.now() + COMMITTED_MS_MAX;
  for (;;) {
    const listed = await admin.listGroups();
    const groups = listed.map(({ groupId }) => groupId).filter((id) => id.includes('query_'));
    if (groups.length === count) return groups;
    if (performance.now() > endMs) throw failed(`${groups.length} groups of ${count} queries`);
    await new Promise((resolve) => setTimeout(resolve, COMMITTED_EVERY_MS));
  }
}

/** Waits until groups have committed so many records; asks for one after the other, which costs the server next to nothing. */
export async function untilCommitted(
  admin: Admin,
  groups: readonly string[],
  records: number,
): Promise<void> {
  const endMs = performance.now() + COMMITTED_MS_MAX;
  for (const group of groups) {
    while ((await committed(admin, group)) < records) {
      if (performance.now() > endMs) throw failed(`${group} did not commit ${records} records`);
      await new Promise((resolve) => setTimeout(resolve, COMMITTED_EVERY_MS));
    }
  }
}

async function committed(admin: Admin, group: string): Promise<number> {
  const offsets = await admin.listConsumerGroupOffsets(group);
  return offsets.reduce((sum, { offset }) => sum + offset, 0);
}

function failed(message: string): OperationalError {
  return new OperationalError('FAILED', message, { retriable: false });
}
