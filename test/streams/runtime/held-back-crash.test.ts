import { spawn } from 'node:child_process';
import path from 'node:path';
import { expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { createTopics } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';
import { holdingApp, WINDOW_MS } from './holding-app.ts';

const KEYS = 3_000;
const WINDOWS = 4;

it('what is held back on the disk, of which half was told, is told after a kill', async () => {
  const around = await brokerAndFolder({ 'group.min.session.timeout.ms': 500 });
  const { bootstrapServers, folder } = around;
  await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
  const producer = new Producer({ environment, bootstrapServers });
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  const admin = new Admin({ environment, bootstrapServers });
  const found = new Map<string, string>();
  /** Reads results until there are so many. */
  const readUntil = async (count: number): Promise<void> => {
    const deadline = environment.clock.monotonicMs() + 30_000;
    while (found.size < count) {
      expect(environment.clock.monotonicMs()).toBeLessThan(deadline);
      for (const { records } of await consumer.poll(100))
        for (const { key, value } of records) found.set(String(key), String(value));
    }
  };
  /** Waits for the group: what is processed again would be counted again. */
  const committedUntil = async (offset: number): Promise<void> => {
    const committed = async (): Promise<number | undefined> =>
      (await admin.listConsumerGroupOffsets('hold'))[0]?.offset;
    await expect.poll(committed, { timeout: PATIENCE_MS }).toBe(offset);
  };
  const state = path.join(folder, 'state');
  const tsx = path.resolve(import.meta.dirname, '../../../node_modules/tsx/dist/loader.mjs');
  const program = path.join(import.meta.dirname, 'holding-app.ts');
  const victim = spawn(process.execPath, ['--import', tsx, program, bootstrapServers, state], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  try {
    consumer.assign([{ topic: 'out', partition: 0 }]);
    const send = (key: string, timestamp: number): void => {
      producer.send({ topic: 'in', key, value: 'v', timestamp });
    };
    for (let window = 0; window < WINDOWS; window++) {
      for (let i = 0; i < KEYS; i++) send(`k${(i * 7919) % KEYS}`, window * WINDOW_MS + (i % WINDOW_MS));
    }
    await producer.flush();
    // Closes the first two windows.
    send('last', 6 * WINDOW_MS);
    await producer.flush();
    await readUntil(KEYS + 1);
    await committedUntil(KEYS * WINDOWS + 1);
    const death = new Promise((resolve) => victim.on('exit', (_code, signal) => resolve(signal)));
    victim.kill('SIGKILL');
    expect(await death).toBe('SIGKILL');

    for (let i = 0; i < KEYS; i += 2) send(`k${i}`, 3 * WINDOW_MS);
    send('last', 8 * WINDOW_MS);
    await producer.flush();
    const heir = holdingApp(bootstrapServers, state);
    await heir.start();
    await readUntil(KEYS * WINDOWS);
    await heir.close();
    const expected = Array.from({ length: KEYS * WINDOWS }, (_, i) => {
      const [window, key] = [Math.floor(i / KEYS), i % KEYS];
      const isTwice = window === 3 && key % 2 === 0;
      return `k${key}@${window * WINDOW_MS} ${isTwice ? 2 : 1}`;
    });
    expect([...found].map(([key, count]) => `${key} ${count}`).sort()).toEqual(expected.sort());
  } finally {
    victim.kill('SIGKILL');
    await Promise.all([producer.close(), consumer.close(), admin.close()]);
    await around.close();
  }
});
