import { afterEach, beforeEach, expect, it } from 'vitest';
import { Admin, Consumer, type ConsumerOptions, Producer } from '../../src/client/index.ts';
import { SharedConnections } from '../../src/client/cluster/shared-connections.ts';
import { heartbeat } from '../../src/protocol/messages/12-heartbeat.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { countedConnections } from './counted-connections.ts';

/** Metadata and the way in, admin, produce, group, and what joins were sent over, which is kept for some seconds. */
const SHARED_MAX = 6;

let brokers: TestBrokers;
let bootstrapServers: string;
let counted: ReturnType<typeof countedConnections>;
/** Of each write, how many heartbeats it had. */
let beats: number[];
let connections: SharedConnections;
let closing: (() => Promise<void>)[];

beforeEach(async () => {
  brokers = new TestBrokers();
  const { host, port } = (await brokers.start({ 'group.initial.rebalance.delay.ms': 0 })).address;
  bootstrapServers = `${host}:${port}`;
  beats = [];
  counted = countedConnections((chunks) => beats.push(heartbeatsIn(Buffer.concat(chunks))));
  connections = new SharedConnections();
  closing = [];
});

afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
  await brokers.close();
});

function consumerOf(name: string, options: Partial<ConsumerOptions> = {}): Consumer {
  const { environment } = counted;
  const consumer = new Consumer(
    {
      environment,
      bootstrapServers,
      clientId: name,
      groupId: name,
      autoOffsetReset: 'earliest',
      heartbeatIntervalMs: 100,
      sessionTimeoutMs: 6_000,
      ...options,
    },
    { connections },
  );
  closing.push(() => consumer.close());
  return consumer;
}

function producerOf(clientId: string): Producer {
  const producer = new Producer(
    { environment: counted.environment, bootstrapServers, clientId },
    { connections },
  );
  closing.push(() => producer.close({ timeoutMs: 1_000 }));
  return producer;
}

function adminOf(): Admin {
  const admin = new Admin({ environment: counted.environment, bootstrapServers }, { connections });
  closing.push(() => admin.close());
  return admin;
}

it('a client may have any number of requests under way, with no warning of a leak', async () => {
  const warned: string[] = [];
  const onWarning = ({ name }: Error): void => void warned.push(name);
  process.on('warning', onWarning);
  try {
    const admin = adminOf();
    await Promise.all(Array.from({ length: 20 }, () => admin.listTopics()));
    // Warnings are told in a later turn of the event loop.
    await counted.environment.timers.sleep(1);
  } finally {
    process.off('warning', onWarning);
  }
  expect(warned).not.toContain('MaxListenersExceededWarning');
});

/** Reads a topic of one record. */
async function readsOne(consumer: Consumer): Promise<string> {
  for (;;) {
    for (const { records } of await consumer.poll(100)) return String(records[0]?.value);
  }
}

it('many clients have a handful of connections, and one more each for what it fetches', async () => {
  const admin = adminOf();
  await admin.createTopics([{ name: 't', partitions: 1, replicationFactor: 1 }]);
  const names = Array.from({ length: 10 }, (_, i) => `member-${i}`);
  const producers = names.map((name) => producerOf(name));
  await producers[0]?.sendAndWait({ topic: 't', value: 'hello' });
  for (const producer of producers) await producer.sendAndWait({ topic: 't', value: 'hello' });
  const consumers = names.map((name) => consumerOf(name));
  for (const consumer of consumers) consumer.subscribe(['t']);
  for (const consumer of consumers) expect(await readsOne(consumer)).toBe('hello');
  await Promise.all(consumers.map((consumer) => consumer.commit()));
  expect(counted.open()).toBeLessThanOrEqual(SHARED_MAX + consumers.length);
  const described = await admin.describeGroups(names);
  expect(described.flatMap(({ members }) => members.map(({ clientId }) => clientId))).toEqual(names);
});

it('a client that closes takes nothing from the others, and the last one closes what they shared', async () => {
  const admin = adminOf();
  await admin.createTopics([{ name: 't', partitions: 1, replicationFactor: 1 }]);
  const [first, second] = [producerOf('first'), producerOf('second')];
  await Promise.all([first, second].map((producer) => producer.sendAndWait({ topic: 't', value: 'a' })));
  const open = counted.open();
  await first.close();
  expect(counted.open()).toBe(open);
  await second.sendAndWait({ topic: 't', value: 'b' });
  await Promise.all([second.close(), admin.close()]);
  expect(counted.open()).toBe(0);
});

/** A group of which one member does not poll any more, so that the join of the second one waits for it. */
async function heldGroup(admin: Admin, pollMs: number) {
  await admin.createTopics([{ name: 't', partitions: 2, replicationFactor: 1 }]);
  await producerOf('p').sendAndWait({ topic: 't', partition: 0, value: 'hello' });
  const slow = consumerOf('held');
  slow.subscribe(['t']);
  await readsOne(slow);
  const waiting = consumerOf('held-too', { groupId: 'held' });
  waiting.subscribe(['t']);
  const joining = waiting.poll(pollMs).catch((error: unknown) => error);
  await isRebalancing(admin, 'held');
  return { slow, waiting, joining };
}

it('a join that waits for another member holds up no other group', async () => {
  const admin = adminOf();
  const { waiting, joining } = await heldGroup(admin, 60_000);
  const other = consumerOf('other');
  other.subscribe(['t']);
  expect(await readsOne(other)).toBe('hello');
  expect(await stateOf(admin, 'held')).toBe('PreparingRebalance');
  waiting.wakeup();
  await joining;
});

it('requests of a client end with it, although their connection goes on', async () => {
  const { slow, waiting, joining } = await heldGroup(adminOf(), 100);
  expect(await joining).toEqual([]);
  await waiting.close({ timeoutMs: 100 });
  expect(await slow.poll(0)).toEqual([]);
  await slow.commit();
});

it('a client hears of a topic that comes later', async () => {
  const admin = adminOf();
  await admin.createTopics([{ name: 't', partitions: 1, replicationFactor: 1 }]);
  const consumer = consumerOf('patient', { allowAutoTopicCreation: false });
  consumer.subscribe(['later']);
  await consumer.poll(50);
  await producerOf('p').sendAndWait({ topic: 't', value: 'hello' });
  await admin.createTopics([{ name: 'later', partitions: 1, replicationFactor: 1 }]);
  await producerOf('q').sendAndWait({ topic: 'later', value: 'at last' });
  expect(await readsOne(consumer)).toBe('at last');
});

it('the members of a process tell together that they live', async () => {
  const admin = adminOf();
  await admin.createTopics([{ name: 't', partitions: 1, replicationFactor: 1 }]);
  await producerOf('p').sendAndWait({ topic: 't', value: 'hello' });
  const consumers = Array.from({ length: 5 }, (_, i) => consumerOf(`member-${i}`));
  for (const consumer of consumers) consumer.subscribe(['t']);
  await Promise.all(consumers.map(readsOne));
  beats.length = 0;
  while (!beats.includes(consumers.length)) await counted.environment.timers.sleep(10);
  // Once one has left, the others go on.
  await consumers[0]?.close();
  beats.length = 0;
  while (!beats.includes(consumers.length - 1)) await counted.environment.timers.sleep(10);
});

function heartbeatsIn(requests: Buffer): number {
  let count = 0;
  for (let at = 0; at < requests.length; at += 4 + requests.readInt32BE(at)) {
    if (requests.readInt16BE(at + 4) === heartbeat.key) count++;
  }
  return count;
}

async function stateOf(admin: Admin, group: string): Promise<string | undefined> {
  return (await admin.describeGroups([group]))[0]?.state;
}

async function isRebalancing(admin: Admin, group: string): Promise<void> {
  while ((await stateOf(admin, group)) !== 'PreparingRebalance') {
    await counted.environment.timers.sleep(10);
  }
}
