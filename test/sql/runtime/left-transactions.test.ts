import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, OperationalError, Producer } from '../../../src/client/index.ts';
import { endLeftTransactions } from '../../../src/sql/runtime/left-transactions.ts';
import { TestBrokers } from '../../broker/running-broker.ts';

const brokers = new TestBrokers();
let bootstrapServers: string;
let admin: Admin;
const producers: Producer[] = [];

beforeAll(async () => {
  const { host, port } = (await brokers.start()).address;
  bootstrapServers = `${host}:${port}`;
  admin = new Admin({ environment, bootstrapServers });
  await admin.createTopics([{ name: 'out', partitions: 1 }]);
});
afterAll(async () => {
  await Promise.all(producers.map((producer) => producer.close()));
  await admin.close();
  await brokers.close();
});

/** A producer in the midst of a transaction, as a process that is killed leaves it. */
async function leaveOpen(transactionalId: string): Promise<Producer> {
  const producer = new Producer({ environment, bootstrapServers, transactionalId });
  producers.push(producer);
  await producer.initTransactions();
  producer.beginTransaction();
  await producer.sendAndWait({ topic: 'out', key: 'k', value: transactionalId });
  return producer;
}

const open = async (): Promise<readonly string[]> =>
  (await admin.listTransactions({ states: ['Ongoing'] })).map(({ transactionalId }) => transactionalId);

it('ends the transactions of the queries that are here, whoever begins them again, and no others', async () => {
  const left = await leaveOpen('query_A-me-1');
  await leaveOpen('query_B-somebody-else-1');
  expect(await open()).toEqual(['query_A-me-1', 'query_B-somebody-else-1']);
  await endLeftTransactions(new Set(['query_A-me-1', 'query_C-me-1']), {
    ...{ admin, timers: environment.timers },
  });
  expect(await open()).toEqual(['query_B-somebody-else-1']);
  await expect(left.commitTransaction()).rejects.toThrow(OperationalError);
});

it('asks nobody where no query has been here, and waits for no broker that cannot say', async () => {
  let asked = 0;
  const cannot = {
    listTransactions: () => {
      asked++;
      return Promise.reject(new OperationalError('UNSUPPORTED_VERSION', 'too old', { retriable: false }));
    },
    fenceProducers: () => Promise.reject(new Error('nobody is fenced')),
  };
  await endLeftTransactions(new Set(), { admin: cannot, timers: environment.timers });
  expect(asked).toBe(0);
  await endLeftTransactions(new Set(['a']), { admin: cannot, timers: environment.timers });
  expect(asked).toBe(1);
});
