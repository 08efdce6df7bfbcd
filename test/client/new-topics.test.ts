import { afterEach, beforeEach, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { deleteRecords } from '../../src/protocol/messages/21-delete-records.ts';
import { Admin } from '../../src/client/index.ts';
import { ScriptedBroker } from './scripted-broker.ts';

let broker: ScriptedBroker;
let admin: Admin;

beforeEach(async () => {
  broker = new ScriptedBroker();
  await broker.start();
  admin = new Admin({ bootstrapServers: broker.bootstrapServers, retryBackoffMs: 10, retryBackoffMsMax: 50 });
});

afterEach(async () => {
  await admin.close();
  await broker.stop();
});

/** The broker hears of the topic `new` between the second question and the third. */
function hearLater(): void {
  let questions = 0;
  const [host = '', port = ''] = broker.bootstrapServers.split(':');
  broker.on(metadata, () => ({
    brokers: [{ nodeId: 0, host, port: Number(port) }],
    controllerId: 0,
    topics: [
      ++questions < 3
        ? { name: 'new', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }
        : { name: 'new', partitions: [{ partitionIndex: 0, leaderId: 0, replicaNodes: [0], isrNodes: [0] }] },
    ],
  }));
}

it('lists offsets of a topic that its broker hears of a moment later', async () => {
  hearLater();
  broker.on(listOffsets, () => ({
    topics: [{ name: 'new', partitions: [{ partitionIndex: 0, offset: 5 }] }],
  }));
  const [listed] = await admin.listOffsets([{ topic: 'new', partition: 0, spec: 'latest' }]);
  expect(listed).toMatchObject({ topic: 'new', partition: 0, offset: 5 });
});

it('deletes records of a topic that its broker hears of a moment later', async () => {
  hearLater();
  broker.on(deleteRecords, () => ({
    topics: [{ name: 'new', partitions: [{ partitionIndex: 0, lowWatermark: 3 }] }],
  }));
  expect(await admin.deleteRecords([{ topic: 'new', partition: 0, offset: 3 }])).toMatchObject([
    { offset: 3 },
  ]);
});

it('asks more than once before it says that there is no such topic, and does not wait for the whole timeout', async () => {
  broker.on(metadata, () => {
    const [host = '', port = ''] = broker.bootstrapServers.split(':');
    return {
      brokers: [{ nodeId: 0, host, port: Number(port) }],
      controllerId: 0,
      topics: [{ name: 'none', errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION }],
    };
  });
  // A minute, by default: longer than a test may take.
  await expect(admin.listOffsets([{ topic: 'none', partition: 0, spec: 'latest' }])).rejects.toMatchObject({
    code: 'UNKNOWN_TOPIC_OR_PARTITION',
    retriable: false,
  });
  expect(broker.asked.filter((name) => name.startsWith('Metadata')).length).toBeGreaterThan(2);
});
