import { afterEach, describe, expect, it } from 'vitest';
import { Producer, TransactionError } from '../../../src/client/index.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { seedsOf } from '../../sim/simulation.ts';
import { Clients, CuttableEnvironment, read } from './clients.ts';

const DAY_MS = 86_400_000;
const RECORDS = 150;
/** So long that a test would not end where a batch that is refused for one before it waited. */
const LONG_MS = 5_000;
const PARTITION = { topic: '', partition: 0 };

/** What a record is refused for, by the broker or before it is sent; most are not. */
const FAULTS = {
  future: 'INVALID_TIMESTAMP',
  large: 'MESSAGE_TOO_LARGE',
  huge: 'RECORD_TOO_LARGE',
} as const;
type Fault = keyof typeof FAULTS;

const SIZES: Readonly<Record<Fault, number>> = { future: 0, large: 3_000, huge: 60_000 };

/** A producer of transactions that go on without what is refused for itself, beside one that is as in Kafka. */
export function leftOutRecordsContract(bootstrapServers: () => string): void {
  describe('transactional producer that leaves out what is refused', () => {
    let clients = new Clients('');
    const open: Producer[] = [];
    afterEach(async () => {
      await Promise.allSettled(open.splice(0).map((producer) => producer.close()));
      await clients.closeAll();
    });

    async function setUp(): Promise<string> {
      clients = new Clients(bootstrapServers());
      return clients.topic(1, { 'max.message.bytes': '2000', 'message.timestamp.after.max.ms': '3600000' });
    }

    /** Batches are small, so that many are in flight when one is refused. */
    async function producerIn(environment: Environment, retryBackoffMs: number): Promise<Producer> {
      const producer = new Producer(
        {
          ...{ environment, bootstrapServers: bootstrapServers() },
          transactionalId: clients.name('leaves-out'),
          ...{ batchBytesMax: 300, lingerMs: 0, requestBytesMax: 50_000, retryBackoffMs },
        },
        { leavesOutRefused: true },
      );
      open.push(producer);
      await producer.initTransactions();
      return producer;
    }

    /** Sends the records of a transaction; answers what their callbacks are told. */
    function sendRound(
      producer: Producer,
      topic: string,
      records: ReadonlyMap<string, Fault | undefined>,
    ): string[] {
      const told: string[] = [];
      for (const [value, fault] of records) {
        const padding = 'x'.repeat(fault === undefined ? 0 : SIZES[fault]);
        const timestamp = Date.now() + (fault === 'future' ? 3 * DAY_MS : 0);
        producer.send({ topic, partition: 0, value: value + padding, timestamp }, (error) => {
          if (error !== null) told.push(`${value}: ${'code' in error ? String(error.code) : error.message}`);
        });
      }
      return told;
    }

    function recordsOf(round: number, random: SeededRandom, part: number): Map<string, Fault | undefined> {
      const faults = Object.keys(FAULTS) as Fault[];
      return new Map(
        Array.from({ length: RECORDS }, (_, i) => [
          `${round}-${i}`,
          random.chance(part) ? faults[random.int(faults.length)] : undefined,
        ]),
      );
    }

    const refusalsOf = (records: ReadonlyMap<string, Fault | undefined>): string[] =>
      [...records].flatMap(([value, fault]) => (fault === undefined ? [] : [`${value}: ${FAULTS[fault]}`]));

    async function committed(topic: string, count: number): Promise<readonly string[]> {
      const consumer = clients.consumer({ isolationLevel: 'read_committed' });
      const partition = { ...PARTITION, topic };
      consumer.assign([partition]);
      const values = (await read(consumer, count)).map(({ value }) => String(value));
      const [end] = await consumer.endOffsets([partition]);
      while ((consumer.positionNow(partition) ?? 0) < (end?.offset ?? 0))
        for (const { records } of await consumer.poll(100))
          values.push(...records.map(({ value }) => String(value)));
      return values;
    }

    for (const seed of seedsOf(2)) {
      it(`commits all others, in order and once, seed ${seed}`, async () => {
        const random = new SeededRandom(seed);
        const topic = await setUp();
        const producer = await producerIn(nodeEnvironment, LONG_MS);
        const expected: string[] = [];
        for (let round = 0; round < 5; round++) {
          // From one in a batch now and then to transactions of nothing else.
          const records = recordsOf(round, random, [0.02, 0.2, 1, 0.7][round % 4] ?? 0);
          producer.beginTransaction();
          const told = sendRound(producer, topic, records);
          if (round === 1) {
            await producer.abortTransaction();
            continue;
          }
          await producer.commitTransaction();
          expect(told.toSorted()).toEqual(refusalsOf(records).toSorted());
          for (const [value, fault] of records) if (fault === undefined) expected.push(value);
        }
        expect(await committed(topic, expected.length)).toEqual(expected);
      });
    }

    it('writes all others, in order and once, without transactions, too', async () => {
      const topic = await setUp();
      const producer = clients.producer({
        batchBytesMax: 300,
        lingerMs: 0,
        requestBytesMax: 50_000,
        retryBackoffMs: LONG_MS,
      });
      const records = recordsOf(0, new SeededRandom(1), 0.1);
      const told = sendRound(producer, topic, records);
      await producer.flush();
      expect(told.toSorted()).toEqual(refusalsOf(records).toSorted());
      const expected = [...records].flatMap(([value, fault]) => (fault === undefined ? [value] : []));
      expect(await committed(topic, expected.length)).toEqual(expected);
    });

    it('commits each once where connections are lost meanwhile, or has the transaction done again', async () => {
      const seed = seedsOf(1)[0] ?? 0;
      const random = new SeededRandom(seed);
      const topic = await setUp();
      const environment = new CuttableEnvironment();
      const producer = await producerIn(environment, 5);
      const expected: string[] = [];
      for (let round = 0; round < 4; round++) {
        const records = recordsOf(round, random, 0.1);
        for (let isCommitted = false; !isCommitted; ) {
          producer.beginTransaction();
          sendRound(producer, topic, records);
          const cut = nodeEnvironment.timers.after(random.int(30), () => environment.cut());
          try {
            await producer.commitTransaction();
            isCommitted = true;
          } catch (error) {
            expect(error, `seed ${seed}`).toMatchObject({ recovery: 'abort' });
            expect(error).toBeInstanceOf(TransactionError);
            await producer.abortTransaction();
          }
          cut.cancel();
        }
        for (const [value, fault] of records) if (fault === undefined) expected.push(value);
      }
      expect(await committed(topic, expected.length), `seed ${seed}`).toEqual(expected);
    });
  });
}
