import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment, Producer } from '../../src/client/index.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { ScriptedBroker, TOPIC_ID } from './scripted-broker.ts';

let broker: ScriptedBroker;
let producer: Producer;
/** The topics of each metadata request. */
let asked: string[][];
/** Sequence numbers of batches, in the order of their arrival. */
let sequences: number[];
let isSilent = false;

beforeEach(async () => {
  broker = new ScriptedBroker();
  asked = [];
  sequences = [];
  isSilent = false;
  await broker.start();
  broker.on(metadata, (request) => {
    const names = (request.topics ?? []).map(({ name }) => name ?? '');
    asked.push(names);
    const port = Number(broker.bootstrapServers.split(':')[1]);
    return {
      brokers: [{ nodeId: 0, host: '127.0.0.1', port }],
      clusterId: 'scripted',
      controllerId: 0,
      topics: names.map((name) => ({
        name,
        topicId: TOPIC_ID,
        partitions: [{ partitionIndex: 0, leaderId: 0, leaderEpoch: 1, replicaNodes: [0], isrNodes: [0] }],
      })),
    };
  });
  broker.on(produce, (request) => {
    const records = request.topicData[0]?.partitionData[0]?.records;
    sequences.push(new BatchView(records ?? Buffer.alloc(0)).baseSequence);
    if (isSilent) return undefined;
    const partitionResponses = [{ index: 0, errorCode: ErrorCode.NONE, baseOffset: sequences.length }];
    return { responses: [{ topicId: TOPIC_ID, partitionResponses }] };
  });
  producer = new Producer({
    environment: nodeEnvironment,
    bootstrapServers: broker.bootstrapServers,
    lingerMs: 0,
    metadataAgeMsMax: 10,
    metadataIdleMsMax: 1,
  });
});

afterEach(async () => {
  await producer.close({ timeoutMs: 10 }).catch(() => undefined);
  await broker.stop();
});

const send = (value: string) => producer.sendAndWait({ topic: 't', value: Buffer.from(value) });

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await nodeEnvironment.timers.sleep(5);
}

it('a topic that nobody sends to is no longer asked for, and goes on with its sequence numbers', async () => {
  for (let round = 0; round < 3; round++) {
    await send(`a${round}`);
    await until(() => asked.at(-1)?.length === 0);
  }
  expect(sequences).toEqual([0, 1, 2]);
});

it('a topic with records under way is asked for until they are settled', async () => {
  await send('a');
  await until(() => asked.at(-1)?.length === 0);
  isSilent = true;
  let isSettled = false;
  const pending = send('b')
    .catch((error: unknown) => error)
    .finally(() => (isSettled = true));
  await until(() => sequences.length === 2);
  const before = asked.length;
  await until(() => asked.length >= before + 10);
  expect(isSettled).toBe(false);
  for (const names of asked.slice(before)) expect(names).toEqual(['t']);
  await producer.close({ timeoutMs: 10 }).catch(() => undefined);
  expect(await pending).toBeInstanceOf(Error);
});
