import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Broker } from '../../broker/broker.ts';
import { Admin } from '../../src/client/index.ts';
import { type BrokerConfigInput, TestBrokers } from '../broker/running-broker.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { millrace } from './command.ts';

const PATIENCE = { timeout: PATIENCE_MS, interval: 100 };
const TOPIC = 'elected';

const brokers = new TestBrokers();
let settings: Map<number, BrokerConfigInput>;
const running = new Map<number, Broker>();
let admin: Admin;
let on: readonly string[];

beforeAll(async () => {
  settings = await brokers.clusterSettings(3);
  await Promise.all([1, 2, 3].map(start));
  const { host, port } = running.get(3)?.address ?? { host: '', port: 0 };
  on = ['-b', `${host}:${port}`];
  admin = new Admin({ bootstrapServers: `${host}:${port}` });
  await admin.createTopics([{ name: TOPIC, assignments: [[1, 2]], configs: { 'min.insync.replicas': '1' } }]);
});

afterAll(async () => {
  await admin.close();
  await brokers.close();
});

async function start(id: number): Promise<void> {
  running.set(id, await brokers.start(settings.get(id)));
}

async function stop(id: number, options?: { readonly handOver: boolean }): Promise<void> {
  const broker = running.get(id);
  if (broker !== undefined) await brokers.stop(broker, options);
}

async function partition() {
  const [topic] = await admin.describeTopics([TOPIC]);
  return topic?.partitions[0];
}

const leader = async (): Promise<number | undefined> => (await partition())?.leader;
const isr = async (): Promise<readonly number[]> =>
  ((await partition())?.isr ?? []).toSorted((a, b) => a - b);

it('gives the lead back to the first replica, and to one that is not in sync only when it is said twice', async () => {
  const elect = (...args: readonly string[]) => millrace(['topic', 'elect', TOPIC, ...args, ...on]);
  await expect.poll(isr, PATIENCE).toEqual([1, 2]);
  await stop(1);
  await expect.poll(leader, PATIENCE).toBe(2);
  const early = await elect();
  expect(early).toMatchObject({ status: 1, stdout: '' });
  expect(early.stderr).toMatch(/elected-0: .*preferred leader was not available/i);
  await start(1);
  await expect.poll(isr, PATIENCE).toEqual([1, 2]);
  expect(await elect()).toMatchObject({ status: 0, stdout: 'elected-0 has another leader\n', stderr: '' });
  await expect.poll(leader, PATIENCE).toBe(1);
  expect(await elect('-p', '0')).toMatchObject({ stdout: 'no partition of elected needs an election\n' });

  // Broker 2 falls behind, then the only one in sync is gone.
  await stop(2, { handOver: false });
  await expect.poll(isr, PATIENCE).toEqual([1]);
  await stop(1, { handOver: false });
  await start(2);
  await expect.poll(leader, PATIENCE).toBe(-1);
  const refused = await elect('--unclean');
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(/nobody leads elected-0.*\n.*is lost.*\n.*--force/);
  expect(await leader()).toBe(-1);
  expect(await elect('--unclean', '--force')).toMatchObject({
    status: 0,
    stdout: 'elected-0 has another leader\n',
  });
  await expect.poll(leader, PATIENCE).toBe(2);
  const pointless = await elect('--force');
  expect(pointless.stderr).toContain('--force has no effect without --unclean');
});
