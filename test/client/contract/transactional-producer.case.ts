import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeEnvironment, type Producer, TransactionError } from '../../../src/client/index.ts';
import { SharedConnections } from '../../../src/client/cluster/shared-connections.ts';
import { SharedProducers } from '../../../src/client/producer/shared-producers.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { typescriptFlags } from '../../setup/typescript-flags.ts';
import { Clients, CuttableEnvironment, read, until } from './clients.ts';

const COPIER = fileURLToPath(new URL('./copy-forever.ts', import.meta.url));

/** What a producer with a transactional id promises. */
export function transactionalProducerContract(bootstrapServers: () => string, sessionMsMin: number): void {
  describe('transactional producer', () => {
    let clients = new Clients('');
    const setUp = (): Clients => {
      clients = new Clients(bootstrapServers());
      return clients;
    };
    afterEach(() => clients.closeAll());

    async function transactional(transactionalId = clients.name('transactional')): Promise<Producer> {
      const producer = clients.producer({ transactionalId });
      await producer.initTransactions();
      return producer;
    }

    /** What a topic's first partition has for who reads only what was committed. */
    async function committed(topic: string, count: number): Promise<readonly string[]> {
      const consumer = clients.consumer({ isolationLevel: 'read_committed' });
      consumer.assign([{ topic, partition: 0 }]);
      const records = await read(consumer, count);
      const [end] = await consumer.endOffsets([{ topic, partition: 0 }]);
      // To the last stable offset nothing else comes.
      while ((consumer.positionNow({ topic, partition: 0 }) ?? 0) < (end?.offset ?? 0)) {
        for (const { records: more } of await consumer.poll(100))
          records.push(...more.map((each) => ({ ...each, partition: 0 })));
      }
      await consumer.close();
      return records.map(({ value }) => String(value));
    }

    it('writes to several partitions all or nothing, one transaction after the other', async () => {
      const topic = await setUp().topic(3);
      const producer = await transactional();
      for (let round = 0; round < 6; round++) {
        producer.beginTransaction();
        for (let i = 0; i < 30; i++) producer.send({ topic, partition: i % 3, value: `${round}` });
        if (round % 3 === 1) await producer.abortTransaction();
        else await producer.commitTransaction();
      }
      const consumer = clients.consumer({ isolationLevel: 'read_committed' });
      consumer.assign([0, 1, 2].map((partition) => ({ topic, partition })));
      const records = await read(consumer, 120);
      for (const partition of [0, 1, 2]) {
        const values = records
          .filter((each) => each.partition === partition)
          .map(({ value }) => String(value));
        expect(values).toEqual(
          ['0', '2', '3', '5'].flatMap((value) => Array.from({ length: 10 }, () => value)),
        );
      }
    });

    it('hides what is open from who reads committed records, and an abort for ever', async () => {
      const topic = await setUp().topic(1);
      const producer = await transactional();
      producer.beginTransaction();
      const { offset } = await producer.sendAndWait({ topic, partition: 0, value: 'a' });
      const partition = { topic, partition: 0 };
      const consumer = clients.consumer({ isolationLevel: 'read_committed' });
      consumer.assign([partition]);
      expect((await consumer.endOffsets([partition]))[0]?.offset).toBe(offset);
      expect(await consumer.poll(200)).toEqual([]);
      await producer.abortTransaction();
      producer.beginTransaction();
      await producer.sendAndWait({ topic, partition: 0, value: 'b' });
      await producer.commitTransaction();
      expect((await read(consumer, 1)).map(({ value }) => String(value))).toEqual(['b']);
    });

    it('commits offsets of a group with its records, or neither', async () => {
      const from = await setUp().topic(1);
      const to = await clients.topic(1);
      const source = clients.producer();
      for (let i = 0; i < 10; i++) source.send({ topic: from, value: String(i) });
      await source.flush();
      const groupId = clients.name('group');
      const consumer = clients.consumer({ groupId, autoCommit: false });
      consumer.subscribe([from]);
      const input = await read(consumer, 10);
      const producer = await transactional();
      const partition = { topic: from, partition: 0 };
      const copy = async (count: number): Promise<void> => {
        producer.beginTransaction();
        for (const { value } of input.slice(0, count)) producer.send({ topic: to, value: String(value) });
        await producer.sendOffsetsToTransaction(
          [{ ...partition, offset: count, metadata: 'copied' }],
          consumer.groupMetadata(),
        );
      };
      await copy(4);
      await producer.abortTransaction();
      expect(await consumer.committed([partition])).toEqual([]);
      await copy(7);
      await producer.commitTransaction();
      expect(await consumer.committed([partition])).toMatchObject([{ offset: 7, metadata: 'copied' }]);
      expect(await committed(to, 7)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    });

    it('commits no offsets of a member that its group has left behind', async () => {
      const topic = await setUp().topic(1);
      const groupId = clients.name('group');
      const consumer = clients.consumer({ groupId, autoCommit: false });
      consumer.subscribe([topic]);
      while (consumer.assignment().length === 0) await consumer.poll(50);
      const stale = consumer.groupMetadata();
      const producer = await transactional();
      for (const group of [
        { ...stale, generationId: stale.generationId - 1 },
        { ...stale, memberId: 'nobody' },
      ]) {
        producer.beginTransaction();
        await expect(
          producer.sendOffsetsToTransaction([{ topic, partition: 0, offset: 1 }], group),
        ).rejects.toMatchObject({ code: 'COMMIT_FAILED', recovery: 'abort' });
        await producer.abortTransaction();
      }
      expect(await consumer.committed([{ topic, partition: 0 }])).toEqual([]);
    });

    it('fences the producer that had its name before, whose open transaction is aborted', async () => {
      const topic = await setUp().topic(1);
      const name = clients.name('transactional');
      const first = await transactional(name);
      first.beginTransaction();
      await first.sendAndWait({ topic, partition: 0, value: 'first' });
      const second = await transactional(name);
      second.beginTransaction();
      await second.sendAndWait({ topic, partition: 0, value: 'second' });
      await second.commitTransaction();
      first.send({ topic, partition: 0, value: 'late' });
      const failure: unknown = await first.commitTransaction().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(TransactionError);
      // Its write is refused, which may also be mended by an abort: that is what tells it for certain.
      await expect(first.abortTransaction()).rejects.toMatchObject({
        code: 'PRODUCER_FENCED',
        recovery: 'restart',
      });
      expect(() => first.beginTransaction()).toThrow(TransactionError);
      second.beginTransaction();
      await second.sendAndWait({ topic, partition: 0, value: 'third' });
      await second.commitTransaction();
      expect(await committed(topic, 2)).toEqual(['second', 'third']);
    });

    it('two producers of one name in a loop lose and double nothing that was committed', async () => {
      const topic = await setUp().topic(1);
      const name = clients.name('transactional');
      const done: string[] = [];
      let fenced = 0;
      const write = async (who: string): Promise<void> => {
        for (let round = 0; round < 8; round++) {
          const producer = clients.producer({ transactionalId: name });
          const value = `${who}${round}`;
          try {
            await producer.initTransactions();
            producer.beginTransaction();
            await producer.sendAndWait({ topic, partition: 0, value });
            await producer.commitTransaction();
            done.push(value);
          } catch (error) {
            expect(error).toBeInstanceOf(TransactionError);
            fenced++;
          }
          await producer.close().catch(() => undefined);
        }
      };
      await Promise.all([write('a'), write('b')]);
      expect(done.length + fenced).toBe(16);
      const last = await transactional(name);
      last.beginTransaction();
      await last.sendAndWait({ topic, partition: 0, value: 'end' });
      await last.commitTransaction();
      expect((await committed(topic, done.length + 1)).toSorted()).toEqual([...done, 'end'].toSorted());
    });

    it('goes on after an abort that has left batches on their way, through lost connections', async () => {
      const topic = await setUp().topic(2);
      const environment = new CuttableEnvironment();
      const transactionalId = clients.name('transactional');
      const producer = clients.producer({ environment, transactionalId, batchBytesMax: 500, lingerMs: 0 });
      await producer.initTransactions();
      const expected: string[] = [];
      for (let round = 0; round < 12; round++) {
        producer.beginTransaction();
        for (let i = 0; i < 40; i++) producer.send({ topic, partition: i % 2, value: `${round}-${i}` });
        if (round % 2 === 0) environment.cut();
        if (round % 3 === 2) {
          await producer.abortTransaction();
          continue;
        }
        await producer.commitTransaction();
        for (let i = 0; i < 40; i += 2) expected.push(`${round}-${i}`);
      }
      expect(await committed(topic, expected.length)).toEqual(expected);
    });

    it('of those that share connections each aborts its own work only', async () => {
      const topic = await setUp().topic(1);
      const shared = new SharedProducers({
        connections: new SharedConnections(),
        clientId: 'shared',
        logger: silentLogger,
      });
      const tenants = [0, 1, 2].map((tenant) =>
        shared.transactional({
          environment: nodeEnvironment,
          bootstrapServers: bootstrapServers(),
          transactionalId: clients.name(`tenant-${tenant}`),
          requestBytesMax: 100_000,
        }),
      );
      await Promise.all(tenants.map((tenant) => tenant.initTransactions()));
      const expected: string[] = [];
      for (let round = 0; round < 5; round++) {
        for (const tenant of tenants) tenant.beginTransaction();
        for (const [index, tenant] of tenants.entries()) {
          tenant.send({ topic, partition: 0, value: `${index}-${round}` });
          if (index === round % 3) tenant.send({ topic, value: 'x'.repeat(200_000) });
        }
        const ends = await Promise.allSettled(tenants.map((tenant) => tenant.commitTransaction()));
        for (const [index, tenant] of tenants.entries()) {
          expect(ends[index]?.status).toBe(index === round % 3 ? 'rejected' : 'fulfilled');
          if (index === round % 3) await tenant.abortTransaction();
          else expected.push(`${index}-${round}`);
        }
      }
      await Promise.all(tenants.map((tenant) => tenant.close()));
      expect((await committed(topic, expected.length)).toSorted()).toEqual(expected.toSorted());
    });

    it('a transaction that is open for too long is aborted by its coordinator, and holds no consumer up', async () => {
      const topic = await setUp().topic(1);
      const transactionalId = clients.name('transactional');
      const producer = clients.producer({ transactionalId, transactionTimeoutMs: 1_000 });
      await producer.initTransactions();
      producer.beginTransaction();
      await producer.sendAndWait({ topic, partition: 0, value: 'hangs' });
      const other = await transactional();
      other.beginTransaction();
      await other.sendAndWait({ topic, partition: 0, value: 'waits' });
      await other.commitTransaction();
      expect(await committed(topic, 1)).toEqual(['waits']);
      await expect(producer.commitTransaction()).rejects.toBeInstanceOf(TransactionError);
    });

    it('copies each record once, however often it is killed in the middle of a transaction', async () => {
      const from = await setUp().topic(2);
      const to = await clients.topic(1);
      const source = clients.producer();
      const count = 2_000;
      for (let i = 0; i < count; i++) source.send({ topic: from, partition: i % 2, value: String(i) });
      await source.flush();
      const transactionalId = clients.name('transactional');
      const rest = [clients.name('group'), transactionalId, String(sessionMsMin)];
      const reader = clients.consumer({ isolationLevel: 'read_committed' });
      reader.assign([{ topic: to, partition: 0 }]);
      const copied: string[] = [];
      const readOn = async (): Promise<void> => {
        for (const { records } of await reader.poll(100))
          copied.push(...records.map(({ value }) => String(value)));
      };
      for (let kills = 0; copied.length < count; kills++) {
        const goal = Math.min(count, copied.length + (kills < 3 ? count / 5 : count));
        const child = spawn(
          process.execPath,
          [...typescriptFlags, COPIER, bootstrapServers(), from, to, ...rest],
          {
            stdio: ['ignore', 'ignore', 'inherit'],
          },
        );
        const ended = once(child, 'exit');
        while (copied.length < goal && child.exitCode === null) await readOn();
        expect(child.exitCode).toBeNull();
        child.kill('SIGKILL');
        await ended;
      }
      // Nothing comes behind the last, also of what was open when it was killed.
      const last = await transactional(transactionalId);
      last.beginTransaction();
      await last.sendAndWait({ topic: to, partition: 0, value: 'end' });
      await last.commitTransaction();
      while (copied.at(-1) !== 'end') await readOn();
      expect(
        copied
          .slice(0, -1)
          .map(Number)
          .toSorted((a, b) => a - b),
      ).toEqual(Array.from({ length: count }, (_, i) => i));
    });

    it('is listed, described, fenced and aborted by the admin client', async () => {
      const admin = setUp().admin();
      const topic = await clients.topic(1);
      const transactionalId = clients.name('transactional');
      await expect(admin.describeTransactions([transactionalId])).rejects.toMatchObject({
        code: 'TRANSACTIONAL_ID_NOT_FOUND',
      });
      const producer = await transactional(transactionalId);
      producer.beginTransaction();
      await producer.sendAndWait({ topic, partition: 0, value: 'a' });
      const [open] = await admin.describeTransactions([transactionalId]);
      expect(open).toMatchObject({
        transactionalId,
        state: 'Ongoing',
        timeoutMs: 60_000,
        partitions: [{ topic, partition: 0 }],
      });
      expect(open?.startTimeMs).toBeGreaterThan(0);
      const { producerId = -1 } = open ?? {};
      const listed = { transactionalId, producerId, state: 'Ongoing' };
      expect(await admin.listTransactions()).toContainEqual(listed);
      expect(await admin.listTransactions({ states: ['Ongoing'], producerIds: [producerId] })).toEqual([
        listed,
      ]);
      expect(await admin.listTransactions({ states: ['CompleteAbort'], producerIds: [producerId] })).toEqual(
        [],
      );
      expect(await admin.listTransactions({ producerIds: [producerId], longerThanMs: 3_600_000 })).toEqual(
        [],
      );
      const [{ producers } = { producers: [] }] = await admin.describeProducers([{ topic, partition: 0 }]);
      expect(producers).toMatchObject([
        { producerId, producerEpoch: open?.producerEpoch, lastSequence: 0, transactionStartOffset: 0 },
      ]);

      const [fenced] = await admin.fenceProducers([transactionalId]);
      expect(fenced).toMatchObject({ transactionalId, producerId });
      expect(fenced?.producerEpoch).toBeGreaterThan(open?.producerEpoch ?? 0);
      await expect(producer.abortTransaction()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
      await until(
        async () => (await admin.describeTransactions([transactionalId]))[0]?.state !== 'PrepareAbort',
      );
      const [after] = await admin.describeProducers([{ topic, partition: 0 }]);
      expect(after?.producers).toMatchObject([{ producerId, transactionStartOffset: undefined }]);
      // Its coordinator has ended it: what the leader is told of it once more does no harm.
      await admin.abortTransaction({
        topic,
        partition: 0,
        producerId,
        producerEpoch: fenced?.producerEpoch ?? 0,
        coordinatorEpoch: after?.producers[0]?.coordinatorEpoch ?? 0,
      });
      await expect(
        admin.abortTransaction({ topic, partition: 0, producerId, producerEpoch: 0, coordinatorEpoch: 0 }),
      ).rejects.toMatchObject({ code: 'INVALID_PRODUCER_EPOCH' });
      const { finalized, supported } = await admin.describeFeatures();
      expect(finalized['transaction.version']).toBe(2);
      expect(supported['transaction.version']).toMatchObject({ min: 0, max: 2 });
    });

    it('an open transaction can be ended on one partition, as one that hangs there is', async () => {
      const admin = setUp().admin();
      const topic = await clients.topic(1);
      const producer = await transactional();
      producer.beginTransaction();
      await producer.sendAndWait({ topic, partition: 0, value: 'hangs' });
      const other = clients.producer();
      await other.sendAndWait({ topic, partition: 0, value: 'waits' });
      const partition = { topic, partition: 0 };
      const [described] = await admin.describeProducers([partition]);
      const hanging = described?.producers.find((each) => each.transactionStartOffset === 0);
      const { producerId = -1, producerEpoch = -1, coordinatorEpoch = -1 } = hanging ?? {};
      const committedEnd = async (): Promise<number | undefined> => {
        const options = { isolationLevel: 'read_committed' } as const;
        return (await admin.listOffsets([{ ...partition, spec: 'latest' }], options))[0]?.offset;
      };
      expect(await committedEnd()).toBe(0);
      await admin.abortTransaction({ ...partition, producerId, producerEpoch, coordinatorEpoch });
      await until(async () => (await committedEnd()) === 3);
      expect(await committed(topic, 1)).toEqual(['waits']);
      await producer.abortTransaction();
    });

    it('works by the first protocol on a cluster that has not finalized the second', async () => {
      const admin = setUp().admin();
      const topic = await clients.topic(1);
      const downgrade = { feature: 'transaction.version', type: 'safe-downgrade' } as const;
      await admin.updateFeatures([{ ...downgrade, level: 1 }]);
      try {
        await until(async () => (await admin.describeFeatures()).finalized['transaction.version'] === 1);
        const producer = await transactional();
        for (let round = 0; round < 4; round++) {
          producer.beginTransaction();
          for (let i = 0; i < 5; i++) producer.send({ topic, partition: 0, value: `${round}-${i}` });
          await (round === 1 ? producer.abortTransaction() : producer.commitTransaction());
        }
        const [{ producers } = { producers: [] }] = await admin.describeProducers([{ topic, partition: 0 }]);
        expect(producers).toMatchObject([{ producerEpoch: 0 }]);
        expect(await committed(topic, 15)).toEqual(
          [0, 2, 3].flatMap((round) => [0, 1, 2, 3, 4].map((i) => `${round}-${i}`)),
        );
      } finally {
        await admin.updateFeatures([{ feature: 'transaction.version', level: 2 }]);
      }
    });
  });
}
