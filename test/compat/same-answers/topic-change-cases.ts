import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import { UNKNOWN_ID, wantedTopic } from './world.ts';

const NOT_A_NAME = 'no good name';
const LONG_NAME = 'x'.repeat(250);

const creation = (topics: readonly ReturnType<typeof wantedTopic>[]) => ({
  topics,
  timeoutMs: 10_000,
  validateOnly: false,
});

const createCases = requests(createTopics, [2, 4, 5, 7], {
  'names that are none': () =>
    creation([NOT_A_NAME, '', LONG_NAME, '.', '..'].map((name) => wantedTopic(name))),
  'the name of the metadata log': () => creation([wantedTopic('__cluster_metadata')]),
  'a topic that exists': () => creation([wantedTopic('one')]),
  'a topic created': (version) =>
    creation([wantedTopic(`created-${version}`, 2, { 'retention.ms': '1234' })]),
  'names that collide': (version) => creation([wantedTopic(`a.b${version}`), wantedTopic(`a_b${version}`)]),
  'a name that collides with a topic': (version) => creation([wantedTopic(`a_b${version}`)]),
  'the same name twice': (version) =>
    creation([wantedTopic(`twice-${version}`), wantedTopic(`twice-${version}`)]),
  'too high a replication factor': () => creation([{ ...wantedTopic('rf'), replicationFactor: 2 }]),
  'a replication factor of 0': () => creation([{ ...wantedTopic('rf'), replicationFactor: 0 }]),
  'a replication factor of -2': () => creation([{ ...wantedTopic('rf'), replicationFactor: -2 }]),
  'no partitions': () => creation([wantedTopic('p', 0)]),
  '-2 partitions': () => creation([wantedTopic('p', -2)]),
  'unknown configuration': () => creation([wantedTopic('c', 1, { 'no.such': 'x' })]),
  'a value that is none': () => creation([wantedTopic('c', 1, { 'retention.ms': 'soon' })]),
  'a value out of bounds': () => creation([wantedTopic('c', 1, { 'segment.bytes': '-1' })]),
  'a value not among the valid': () => creation([wantedTopic('c', 1, { 'cleanup.policy': 'keep' })]),
  'another value not among the valid': () => creation([wantedTopic('c', 1, { 'compression.type': 'rar' })]),
  'a boolean that is none': () => creation([wantedTopic('c', 1, { preallocate: 'maybe' })]),
  'a null value': () =>
    creation([{ ...wantedTopic('c'), configs: [{ name: 'retention.ms', value: null as never }] }]),
  'two values that contradict': () =>
    creation([wantedTopic('c', 1, { 'min.compaction.lag.ms': '2', 'max.compaction.lag.ms': '1' })]),
  'assignment with partitions': () =>
    creation([{ ...wantedTopic('m', 1), assignments: [{ partitionIndex: 0, brokerIds: [1] }] as never }]),
  'assignment with a replication factor': () =>
    creation([{ ...wantedTopic('m', -1), assignments: [{ partitionIndex: 0, brokerIds: [1] }] as never }]),
  'assignment with a gap': () =>
    creation([
      {
        ...wantedTopic('m', -1),
        replicationFactor: -1,
        assignments: [
          { partitionIndex: 0, brokerIds: [1] },
          { partitionIndex: 2, brokerIds: [1] },
        ] as never,
      },
    ]),
  'assignment to an unknown broker': () =>
    creation([
      {
        ...wantedTopic('m', -1),
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [77] }] as never,
      },
    ]),
  'assignment to a broker twice': () =>
    creation([
      {
        ...wantedTopic('m', -1),
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1, 1] }] as never,
      },
    ]),
  'assignment to nobody': () =>
    creation([
      {
        ...wantedTopic('m', -1),
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [] }] as never,
      },
    ]),
  'a good assignment': (version) =>
    creation([
      {
        ...wantedTopic(`assigned-${version}`, -1),
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1] }] as never,
      },
    ]),
  'only validated': () => ({ ...creation([wantedTopic('validated', 3)]), validateOnly: true }),
  'only validated, and wrong': () => ({ ...creation([wantedTopic('one')]), validateOnly: true }),
  'no topics': () => creation([]),
});

const createDefaults = requests(createTopics, [4, 7], {
  'defaults of the broker': (version) =>
    creation([{ ...wantedTopic(`defaults-${version}`, -1), replicationFactor: -1 }]),
});

const deletion = conversation('DeleteTopics', [1, 4, 5, 6], async (peer, version) => {
  const names = [`gone-${version}`, `gone-too-${version}`];
  await peer.send(createTopics, 7, creation(names.map((name) => wantedTopic(name))));
  await peer.learn(...names);
  const ask = (topicNames: readonly string[]) =>
    peer.ask(
      deleteTopics,
      version,
      version >= 6
        ? { topics: topicNames.map((name) => ({ name })), timeoutMs: 10_000 }
        : { topicNames, timeoutMs: 10_000 },
    );
  await ask(['missing', NOT_A_NAME]);
  await ask([names[0] ?? '', names[0] ?? '']);
  await ask([names[0] ?? '']);
  await ask([names[0] ?? '']);
  await ask([]);
  if (version < 6) return;
  const byId = (topics: readonly { name?: string | null; topicId?: string }[]) =>
    peer.ask(deleteTopics, version, { topics, timeoutMs: 10_000 });
  await byId([{ topicId: UNKNOWN_ID }]);
  await byId([{ topicId: peer.topicId('one'), name: 'one' }]);
  await byId([{}]);
  await byId([{ name: names[1] ?? '' }, { topicId: peer.topicId(names[1] ?? '') }]);
  await byId([{ topicId: peer.topicId(names[1] ?? '') }]);
  await byId([{ topicId: peer.topicId(names[1] ?? '') }]);
});

const partitions = requests(createPartitions, [0, 1, 2, 3], {
  'unknown topic': () => ({ topics: [{ name: 'missing', count: 3, assignments: null }], timeoutMs: 9999 }),
  'a bad name': () => ({ topics: [{ name: NOT_A_NAME, count: 3, assignments: null }], timeoutMs: 9999 }),
  'as many as there are': () => ({
    topics: [{ name: 'three', count: 3, assignments: null }],
    timeoutMs: 9999,
  }),
  'fewer than there are': () => ({
    topics: [{ name: 'three', count: 2, assignments: null }],
    timeoutMs: 9999,
  }),
  'less than one': () => ({ topics: [{ name: 'three', count: -1, assignments: null }], timeoutMs: 9999 }),
  'a topic twice': () => ({
    topics: [
      { name: 'three', count: 4, assignments: null },
      { name: 'three', count: 5, assignments: null },
    ],
    timeoutMs: 9999,
  }),
  'too few assignments': () => ({
    topics: [{ name: 'three', count: 5, assignments: [{ brokerIds: [1] }] }],
    timeoutMs: 9999,
  }),
  'too many replicas': () => ({
    topics: [{ name: 'three', count: 4, assignments: [{ brokerIds: [1, 2] }] }],
    timeoutMs: 9999,
  }),
  'an unknown broker': () => ({
    topics: [{ name: 'three', count: 4, assignments: [{ brokerIds: [9] }] }],
    timeoutMs: 9999,
  }),
  'only validated': () => ({
    topics: [{ name: 'three', count: 4, assignments: null }],
    timeoutMs: 9999,
    validateOnly: true,
  }),
});

export const topicChangeCases: readonly AnswerCase[] = [
  ...createCases,
  ...createDefaults,
  deletion,
  ...partitions,
];
