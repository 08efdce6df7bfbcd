import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Admin, Producer } from '../../src/client/index.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { batchOf, TestBrokers } from '../broker/running-broker.ts';
import { readAll } from './ledger.ts';
import { Millrace, type MillraceProcess } from './millrace-process.ts';

/** A small disk of its own, in memory; undefined where this user may not mount one. */
function mountSmallDisk(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', folder]).status === 0;
}

/** Takes all the space that is left. */
function fill(folder: string): void {
  const file = fs.openSync(path.join(folder, 'filler'), 'a');
  try {
    for (const size of [1024 * 1024, 4096, 1]) {
      const chunk = Buffer.alloc(size);
      try {
        while (fs.writeSync(file, chunk) > 0);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    fs.closeSync(file);
  }
}

describe('a disk that is full', () => {
  const millrace = new Millrace();
  const disk = millrace.folder();
  const isMounted = mountSmallDisk(disk);
  const clients = new TestBrokers();
  if (!isMounted)
    console.log('no small disk can be mounted (that needs root): the test of a full one is skipped');

  afterAll(async () => {
    await clients.close();
    await millrace.stopAll();
    if (isMounted) spawnSync('umount', [disk]);
    await millrace.close();
  });

  it.skipIf(!isMounted)(
    'fails appends with KAFKA_STORAGE_ERROR, loses nothing and serves on when there is space again',
    async () => {
      const data = path.join(disk, 'data');
      const { process, facts } = await millrace.startBroker(['--data', data]);
      const [host = '', port = ''] = facts.kafka.split(':');
      const client = clients.to({ host, port: Number(port) });
      const acknowledged: string[] = [];
      const append = async (value: string): Promise<number | undefined> => {
        const { responses } = await client.send(produce, 9, {
          acks: -1,
          timeoutMs: 5_000,
          topicData: [{ name: 'ledger', partitionData: [{ index: 0, records: batchOf(value) }] }],
        });
        const errorCode = responses[0]?.partitionResponses[0]?.errorCode;
        if (errorCode === ErrorCode.NONE) acknowledged.push(value);
        return errorCode;
      };
      const admin = new Admin({ bootstrapServers: facts.kafka, defaultApiTimeoutMs: 5_000 });
      await admin.createTopics([{ name: 'ledger', partitions: 1 }]);
      const text = 'x'.repeat(10_000);
      for (let i = 0; i < 20; i++) expect(await append(`before-${i}-${text}`)).toBe(ErrorCode.NONE);

      for (let round = 0; round < 3; round++) {
        fill(disk);
        const codes = new Set<number | undefined>();
        for (let i = 0; i < 20; i++) codes.add(await append(`full-${round}-${i}-${text}`));
        expect(codes).toContain(ErrorCode.KAFKA_STORAGE_ERROR);
        // Whatever was acknowledged can be read, and what cannot be done is said.
        expect((await readAll(facts.kafka, 'ledger'))[0]).toEqual(acknowledged);
        // The metadata log has a little room left in its last page.
        const created: string[] = [];
        const refusal = await createUntilRefused(admin, `topic-${round}`, created);
        expect(refusal).toMatch(/no space|KAFKA_STORAGE_ERROR|did not answer|did not succeed within/);
        expect(process.isRunning).toBe(true);

        fs.rmSync(path.join(disk, 'filler'));
        // A client that was waiting gets through by itself.
        const producer = new Producer({ bootstrapServers: facts.kafka, deliveryTimeoutMs: 30_000 });
        const value = `after-${round}`;
        await producer.sendAndWait({ topic: 'ledger', partition: 0, value });
        acknowledged.push(value);
        expect(await append(`again-${round}-${text}`)).toBe(ErrorCode.NONE);
        await admin.createTopics([{ name: `lucky-${round}`, partitions: 1 }]);
        // Topics that were made while there was no space for their records are no worse than others.
        for (const topic of created) await producer.sendAndWait({ topic, value: 'late' });
        await producer.close();
      }
      await admin.close();
      expect(await restartedContent(process, data)).toEqual(acknowledged);
    },
  );

  it.skipIf(!isMounted)('lets nobody start who finds no space, and says so', async () => {
    fill(disk);
    const outcome = await millrace.run([
      ...['start', '--no-sql', '--kafka-port', '0'],
      ...['--data', path.join(disk, 'other')],
    ]);
    expect(outcome.text).toMatch(/^millrace: no space left to /);
    expect(outcome.code).toBe(1);
    fs.rmSync(path.join(disk, 'filler'));
  });

  async function createUntilRefused(admin: Admin, prefix: string, created: string[]): Promise<string> {
    for (;;) {
      const name = `${prefix}-${created.length}`;
      try {
        await admin.createTopics([{ name, partitions: 1 }]);
      } catch (error) {
        return (error as Error).message;
      }
      created.push(name);
    }
  }

  /** What is in the ledger after a kill and after an orderly stop. */
  async function restartedContent(process: MillraceProcess, data: string): Promise<readonly string[]> {
    await process.stop('SIGKILL');
    const again = await millrace.startBroker(['--data', data]);
    const afterKill = await readAll(again.facts.kafka, 'ledger');
    expect((await again.process.stop()).code).toBe(0);
    const last = await millrace.startBroker(['--data', data]);
    expect(await readAll(last.facts.kafka, 'ledger')).toEqual(afterKill);
    await last.process.stop();
    return afterKill[0] ?? [];
  }
});
