import { afterEach, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { KafkaHost } from '../../../src/sql/index.ts';
import { ScriptedBroker } from '../../client/scripted-broker.ts';

const broker = new ScriptedBroker();
const stateDir = mkdtempSync(path.join(tmpdir(), 'millrace-deleted-'));
let host: KafkaHost | undefined;

afterEach(async () => {
  await host?.close();
  await broker.stop();
  rmSync(stateDir, { recursive: true, force: true });
});

const partition = { partitionIndex: 0, leaderId: 0, leaderEpoch: 0, replicaNodes: [0], isrNodes: [0] };
const topic = (name: string) => ({ name, partitions: [partition] });

it('a topic that is deleted between being listed and being asked about is not there', async () => {
  await broker.start();
  const [hostname = '', port] = broker.bootstrapServers.split(':');
  broker.on(metadata, ({ topics }) => ({
    brokers: [{ nodeId: 0, host: hostname, port: Number(port) }],
    clusterId: 'scripted',
    controllerId: 0,
    // Of all topics `gone` is one; asked about by its name it has been deleted meanwhile.
    topics: (topics ?? [topic('gone'), topic('there')]).map(({ name }) =>
      topics !== null && name === 'gone'
        ? { name, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
        : topic(name ?? ''),
    ),
  }));
  host = new KafkaHost({
    environment: nodeEnvironment,
    bootstrapServers: broker.bootstrapServers,
    stateDir,
    serviceId: 'test_',
  });
  expect([...(await host.listTopics()).keys()]).toEqual(['there']);
  expect([...(await host.describeTopics(['gone', 'there'])).keys()]).toEqual(['there']);
});
