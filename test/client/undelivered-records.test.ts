import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../src/base/io/node-environment.ts';
import { Admin, Producer, type ProducerOptions, type UndeliveredRecord } from '../../src/client/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';

let bootstrapServers: string;
let admin: Admin;

beforeEach(async () => {
  const brokers = new TestBrokers();
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment, bootstrapServers });
  return async () => {
    await admin.close();
    await brokers.close();
  };
});

type Outcome = readonly [code: unknown, value: string | undefined];

/** Sends values to a topic; answers what was told of each that was not delivered. */
async function undelivered(
  topic: string,
  values: readonly string[],
  options: Partial<ProducerOptions> = {},
): Promise<readonly Outcome[]> {
  const producer = new Producer({ environment, bootstrapServers, ...options });
  const outcomes: Outcome[] = [];
  for (const value of values) {
    const headers = [{ key: 'h', value: 'x' }];
    producer.send(
      { topic, key: 'k', value, headers, timestamp: 5 },
      (error, _offset, _partition, _time, record) => {
        if (error === null) expect(record).toBeUndefined();
        else {
          const sent: Partial<UndeliveredRecord> = {
            key: Buffer.from('k'),
            timestamp: 5,
            headers: [{ key: 'h', value: Buffer.from('x') }],
          };
          expect(record).toMatchObject(sent);
          outcomes.push([(error as { code?: unknown }).code, record?.value?.toString()]);
        }
      },
    );
  }
  await producer.close();
  return outcomes;
}

describe('a record that is not delivered is given back', () => {
  it.each(['none', 'gzip', 'zstd'] as const)(
    'by the broker, alone of its batch (%s)',
    async (compression) => {
      await admin.createTopics([{ name: 'small', partitions: 1, configs: { 'max.message.bytes': '300' } }]);
      // Letters that no compression makes small.
      const large = Array.from({ length: 12 }, (_, i) =>
        createHash('sha512').update(String(i)).digest('hex'),
      ).join('');
      const told = await undelivered('small', ['a', large, 'b'], { compression, lingerMs: 50 });
      expect(told).toEqual([['MESSAGE_TOO_LARGE', large]]);
    },
  );

  it('by the producer, which takes none so large, or finds no topic in time', async () => {
    await admin.createTopics([{ name: 'any', partitions: 1 }]);
    expect(await undelivered('any', ['x'.repeat(5_000)], { requestBytesMax: 2_000 })).toEqual([
      ['RECORD_TOO_LARGE', 'x'.repeat(5_000)],
    ]);
    const waited = await undelivered('none', ['v'], { blockMsMax: 100, mayCreateTopic: () => false });
    expect(waited.map(([, value]) => value)).toEqual(['v']);
  });
});

it('creates only the missing topics that it may, where the broker creates topics by itself', async () => {
  const asked = new Set<string>();
  const producer = new Producer({
    environment,
    bootstrapServers,
    blockMsMax: 2_000,
    mayCreateTopic: (topic) => {
      asked.add(topic);
      return topic === 'mine';
    },
  });
  const told: unknown[] = [];
  for (const topic of ['theirs', 'mine'])
    producer.send({ topic, value: 'v' }, (error) => told.push([topic, error !== null]));
  await producer.close();
  expect(told).toEqual(
    expect.arrayContaining([
      ['mine', false],
      ['theirs', true],
    ]),
  );
  expect((await admin.listTopics()).map(({ name }) => name)).toEqual(['mine']);
  expect(asked).toEqual(new Set(['theirs', 'mine']));
});
