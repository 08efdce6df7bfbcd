import fs from 'node:fs';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import { KafkaHost } from '../../../src/sql/index.ts';
import { TestBrokers } from '../../broker/running-broker.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

it('removes what push queries of a killed server have left, and nothing else', async () => {
  const { host, port } = (await brokers.start()).address;
  const bootstrapServers = `${host}:${port}`;
  const stateDir = brokers.newDirectory();
  const left = '_confluent-ksql-test_transient_S_1_1700000000000';
  const kept = [
    '_confluent-ksql-test_query_CTAS_T_0',
    // Of another server: the folder is not here.
    '_confluent-ksql-test_transient_S_2_1700000000000',
    '_confluent-ksql-other_transient_S_1_1700000000000',
    'notes',
  ];
  const admin = new Admin({ environment: nodeEnvironment, bootstrapServers });
  const topicOf = (name: string): string => `${name}-KSTREAM-AGGREGATE-STATE-STORE-1-changelog`;
  const named = [left, ...kept.filter((name) => name !== 'notes')];
  await admin.createTopics(named.map((name) => ({ name: topicOf(name), partitions: 1 })));
  for (const name of [left, ...kept.filter((_, i) => i !== 1)]) fs.mkdirSync(path.join(stateDir, name));
  const consumer = new Consumer({ environment: nodeEnvironment, bootstrapServers, groupId: left });
  await consumer.commit([{ topic: topicOf(left), partition: 0, offset: 0 }]);
  await consumer.close();

  const sql = new KafkaHost({ environment: nodeEnvironment, bootstrapServers, stateDir, serviceId: 'test_' });
  await sql.removeLeftovers();
  await sql.close();
  const topics = (await admin.listTopics({ includeInternal: true })).map(({ name }) => name);
  expect(topics).not.toContain(topicOf(left));
  expect(topics).toEqual(expect.arrayContaining(named.filter((name) => name !== left).map(topicOf)));
  expect(await admin.listGroups()).toEqual([]);
  expect(fs.existsSync(path.join(stateDir, left))).toBe(false);
  for (const name of kept.filter((_, i) => i !== 1))
    expect(fs.existsSync(path.join(stateDir, name))).toBe(true);
  await admin.close();
});
