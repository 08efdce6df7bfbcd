import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin, Producer } from '../../src/client/index.ts';
import { TestBrokers } from '../broker/running-broker.ts';
import { millrace } from './command.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let producer: Producer;

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
  const admin = new Admin({ bootstrapServers });
  await admin.createTopics([{ name: 'orders', partitions: 1 }]);
  await admin.close();
  producer = new Producer({ bootstrapServers, transactionalId: 'copier' });
  await producer.initTransactions();
});

afterAll(async () => {
  await producer.close();
  await brokers.close();
});

const transaction = (...args: readonly string[]) =>
  millrace(['transaction', ...args, '-b', bootstrapServers]);

it('shows a transaction that is open, ends it, and says what it cannot find', async () => {
  producer.beginTransaction();
  const { offset } = await producer.sendAndWait({ topic: 'orders', partition: 0, value: 'open' });
  const listed = await transaction('list', '--state', 'Ongoing', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ transactionalId: 'copier', state: 'Ongoing' });
  const young = await transaction('list', '--longer-than', '3600000', '--json');
  expect(young).toMatchObject({ status: 0, stdout: '' });
  const described = await transaction('describe', 'copier', '--json');
  expect(JSON.parse(described.stdout)).toMatchObject({
    transactionalId: 'copier',
    state: 'Ongoing',
    partitions: [{ topic: 'orders', partition: 0 }],
  });
  const producers = await transaction('producers', 'orders', '--json');
  expect(JSON.parse(producers.stdout)).toMatchObject({ partition: 0, startOffset: offset });

  const place = ['--topic', 'orders', '--partition', '0', '--start-offset'];
  expect(await transaction('abort', ...place, '77')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('no transaction of orders-0 begins at 77'),
  });
  expect((await transaction('abort', ...place, String(offset))).stdout).toMatch(
    /^aborted the transaction of producer/,
  );
  const after = await transaction('producers', 'orders', '--json');
  expect(JSON.parse(after.stdout)).toMatchObject({ partition: 0, startOffset: null });

  expect(await transaction('fence', 'copier')).toMatchObject({ stdout: 'fenced the producer of copier\n' });
  await expect(producer.commitTransaction()).rejects.toMatchObject({ code: 'PRODUCER_FENCED' });
  expect(await transaction('describe', 'nobody')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('TRANSACTIONAL_ID_NOT_FOUND'),
  });
});
