import { afterAll, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { incrementalAlterConfigs } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { batchOf, TestBrokers } from './running-broker.ts';

const brokers = new TestBrokers();
afterAll(() => brokers.close());

it('goes by the settings of each topic, though topics without any share theirs', async () => {
  const client = brokers.to(await brokers.start({ 'node.id': 1 }));
  const limit = [{ name: 'max.message.bytes', value: '200' }];
  await client.send(createTopics, 7, {
    topics: ['common', 'limited', 'later'].map((name) => ({
      name,
      numPartitions: 1,
      replicationFactor: 1,
      configs: name === 'limited' ? limit : [],
    })),
    timeoutMs: 10_000,
  });
  const send = async (name: string): Promise<number | undefined> => {
    const answer = await client.send(produce, 9, {
      acks: 1,
      timeoutMs: 5_000,
      topicData: [{ name, partitionData: [{ index: 0, records: batchOf('x'.repeat(300)) }] }],
    });
    return answer.responses[0]?.partitionResponses[0]?.errorCode;
  };
  const expectAnswers = async (expected: Readonly<Record<string, ErrorCode>>): Promise<void> => {
    for (const [name, code] of Object.entries(expected))
      await expect.poll(() => send(name), { timeout: PATIENCE_MS }).toBe(code);
  };
  const alter = (resourceType: number, resourceName: string, configOperation: number) => {
    const configs = [
      {
        name: resourceType === 2 ? 'max.message.bytes' : 'message.max.bytes',
        configOperation,
        value: configOperation === 0 ? '200' : null,
      },
    ];
    return client.send(incrementalAlterConfigs, 1, { resources: [{ resourceType, resourceName, configs }] });
  };
  const { NONE, MESSAGE_TOO_LARGE } = ErrorCode;
  await expectAnswers({ common: NONE, limited: MESSAGE_TOO_LARGE, later: NONE });
  await alter(2, 'later', 0);
  await expectAnswers({ later: MESSAGE_TOO_LARGE, limited: MESSAGE_TOO_LARGE, common: NONE });
  await alter(2, 'later', 1);
  await expectAnswers({ later: NONE, limited: MESSAGE_TOO_LARGE, common: NONE });
  // What is set for all brokers is new for all that share it.
  await alter(4, '', 0);
  await expectAnswers({ common: MESSAGE_TOO_LARGE, later: MESSAGE_TOO_LARGE });
  await alter(4, '', 1);
  await expectAnswers({ common: NONE, later: NONE, limited: MESSAGE_TOO_LARGE });
});
