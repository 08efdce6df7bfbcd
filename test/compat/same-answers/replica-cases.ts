import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { describeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import { makeTopic, to } from './record-requests.ts';
import { batch } from './world.ts';

const TOPIC = 2;
const BROKER = 4;
const SET = 0;
const DELETE = 1;
const MIN_ISR = 'min.insync.replicas';

/** What every new cluster has under `eligible.leader.replicas.version` 1. */
const minInsyncReplicas = conversation(
  'min.insync.replicas of the cluster',
  [1, 4],
  async (peer, version) => {
    const topic = `min-isr-${version}`;
    await makeTopic(peer, topic);
    const of = (resourceType: number, resourceName: string) => ({
      resources: [{ resourceType, resourceName, configurationKeys: [MIN_ISR] }],
      includeSynonyms: true,
    });
    const show = async (): Promise<void> => {
      await peer.ask(describeConfigs, version, of(TOPIC, topic));
      await peer.ask(describeConfigs, version, of(BROKER, ''));
      await peer.ask(describeConfigs, version, of(BROKER, '1'));
    };
    const alter = (
      resource: readonly [type: number, name: string],
      value: string | null,
      configOperation = value === null ? DELETE : SET,
    ) =>
      peer.ask(incrementalAlterConfigs, 1, {
        resources: [
          {
            resourceType: resource[0],
            resourceName: resource[1],
            configs: [{ name: MIN_ISR, configOperation, value }],
          },
        ],
      });
    const shows = (value: string) =>
      peer.until(
        describeConfigs,
        4,
        of(TOPIC, topic),
        ({ results }) => results[0]?.configs[0]?.value === value,
      );
    await show();
    await alter([BROKER, ''], null);
    await alter([BROKER, '1'], '1');
    await alter([BROKER, '1'], null);
    await alter([BROKER, ''], '0');
    await alter([BROKER, ''], 'two');
    await alter([BROKER, ''], '2');
    await shows('2');
    await show();
    await peer.ask(produce, 9, to(topic, batch(['a'])));
    await alter([TOPIC, topic], '1');
    await shows('1');
    await show();
    await peer.ask(produce, 9, to(topic, batch(['a'])));
    await alter([TOPIC, topic], null);
    await shows('2');
    await alter([BROKER, ''], '1');
    await shows('1');
    await show();
  },
);

const logDirs = requests(describeLogDirs, [1, 2, 4, 5], {
  'a topic twice': () => ({
    topics: [
      { topic: 'three', partitions: [2, 0] },
      { topic: 'three', partitions: [1, 0] },
    ],
  }),
  'a partition twice': () => ({ topics: [{ topic: 'three', partitions: [1, 1] }] }),
  'a topic twice, one of them without partitions': () => ({
    topics: [
      { topic: 'three', partitions: [] },
      { topic: 'three', partitions: [1] },
    ],
  }),
});

/** Where `group reset` finds the ends to which it clamps an offset, and what it looks up for a time. */
const ends = conversation(
  'ListOffsets: a log that begins later',
  [1, 4, 7, 10, 11],
  async (peer, version) => {
    const topic = `begins-later-${version}`;
    await makeTopic(peer, topic, 2);
    for (let i = 0; i < 3; i++) await peer.send(produce, 9, to(topic, batch(['a', 'b'])));
    const list = (timestamp: number) =>
      peer.ask(listOffsets, version, {
        replicaId: -1,
        topics: [
          { name: topic, partitions: [0, 1].map((partitionIndex) => ({ partitionIndex, timestamp })) },
        ],
      });
    for (const offset of [3, 6]) {
      const partitions = [{ partitionIndex: 0, offset }];
      await peer.ask(deleteRecords, 2, { topics: [{ name: topic, partitions }], timeoutMs: 5_000 });
      for (const timestamp of [-2, -1, 0, 1, Number.MAX_SAFE_INTEGER]) await list(timestamp);
      // The largest time (-3) is left out: Kafka answers with a record before the start, which nobody can read.
      if (version >= 8) await list(-4);
    }
  },
);

export const replicaCases: readonly AnswerCase[] = [minInsyncReplicas, ...logDirs, ends];
