import { Kafka, logLevel } from 'kafkajs';
import { afterEach, describe, expect, it } from 'vitest';
import { Clients, read } from './clients.ts';

/** How transactions of another client's producer look to our consumer. */
export function transactionsContract(bootstrapServers: () => string): void {
  describe('consumer of transactional records', () => {
    let clients = new Clients('');
    afterEach(() => clients.closeAll());

    it('sees committed ones only under read_committed, and all but the markers otherwise', async () => {
      clients = new Clients(bootstrapServers());
      const topic = await clients.topic(1);
      const kafka = new Kafka({ brokers: [bootstrapServers()], logLevel: logLevel.NOTHING });
      const producer = kafka.producer({
        transactionalId: clients.name('transaction'),
        idempotent: true,
        maxInFlightRequests: 1,
      });
      await producer.connect();
      for (const [value, outcome] of [
        ['a', 'commit'],
        ['b', 'abort'],
        ['c', 'commit'],
        ['d', 'abort'],
        ['e', 'open'],
      ] as const) {
        const transaction = await producer.transaction();
        await transaction.send({ topic, messages: [{ value: `${value}1` }, { value: `${value}2` }] });
        if (outcome === 'commit') await transaction.commit();
        if (outcome === 'abort') await transaction.abort();
      }
      const partition = { topic, partition: 0 };

      const committed = clients.consumer({ isolationLevel: 'read_committed' });
      committed.assign([partition]);
      expect((await read(committed, 4)).map(({ value }) => String(value))).toEqual(['a1', 'a2', 'c1', 'c2']);
      // The last stable offset ends before the open transaction: 4 transactions of 2 records and a marker.
      expect((await committed.endOffsets([partition]))[0]?.offset).toBe(12);
      while (committed.positionNow(partition) !== 12) expect(await committed.poll(100)).toEqual([]);
      expect(committed.lag(partition)).toBe(0);

      const uncommitted = clients.consumer();
      uncommitted.assign([partition]);
      const all = await read(uncommitted, 10);
      expect(all.map(({ value }) => String(value)).join(' ')).toBe('a1 a2 b1 b2 c1 c2 d1 d2 e1 e2');
      await producer.disconnect();
    });
  });
}
