import { saslHandshake } from '../../../src/protocol/messages/17-sasl-handshake.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { createAcls } from '../../../src/protocol/messages/30-create-acls.ts';
import { deleteAcls } from '../../../src/protocol/messages/31-delete-acls.ts';
import { describeAcls } from '../../../src/protocol/messages/29-describe-acls.ts';
import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { alterConfigs } from '../../../src/protocol/messages/33-alter-configs.ts';
import { describeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts';
import { electLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts';
import { topicConfigs } from '../../../broker/index.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import { wantedTopic } from './world.ts';

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

const versions = requests(apiVersions, [3, 4], {
  'a name that is none': () => ({ clientSoftwareName: '-no-', clientSoftwareVersion: '1' }),
  'a version that is none': () => ({ clientSoftwareName: 'a', clientSoftwareVersion: '' }),
});

/** A request's frame whose header has a key, a version, the correlation id 7 and a client id. */
function frame(key: number, version: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, key, 0, version, 0, 0, 0, 7, 0, 1, 0x63]);
  const whole = Buffer.concat([header, rest]);
  whole.writeInt32BE(whole.length - 4);
  return whole;
}

const notServed = conversation('requests that no broker serves', [0], async (peer) => {
  await peer.askRaw('an unknown key', [frame(99, 0)], 1);
  await peer.askRaw('Metadata v99', [frame(3, 99)], 1);
  await peer.askRaw('LeaderAndIsr, which is gone', [frame(4, 0)], 1);
  await peer.askRaw("Vote, which is the controller's", [frame(52, 0)], 1);
  await peer.askRaw('Fetch v0, which is gone', [frame(1, 0)], 1);
  await peer.askRaw('Produce v0, which is told of and gone', [frame(0, 0, Buffer.alloc(12))], 1);
  await peer.askRaw('a body that is cut off', [frame(3, 1, Buffer.from([0, 0, 0, 5]))], 1);
  const [answer] = await peer.askRaw('ApiVersions v99', [frame(18, 99)], 1);
  peer.note('the error of ApiVersions v99', answer?.readInt16BE(4) ?? null);
});

const cluster = requests(describeCluster, [0, 1, 2], {
  'as it is': () => ({ includeClusterAuthorizedOperations: false }),
  'authorized operations': () => ({ includeClusterAuthorizedOperations: true }),
});
const clusterOf = requests(describeCluster, [1, 2], {
  controllers: () => ({ includeClusterAuthorizedOperations: false, endpointType: 2 }),
  'who knows what': () => ({ includeClusterAuthorizedOperations: false, endpointType: 7 }),
});

/** Those of 4.3: it has no others that we know of either, but for two of tiered storage (`remote.copy.lag.*`). */
const TOPIC_CONFIGS = Object.keys(topicConfigs).filter((name) => !name.startsWith('remote.copy.lag'));
const TOPIC = 2;
const BROKER = 4;

const configs = requests(describeConfigs, [1, 2, 3, 4], {
  'a topic': () => ({
    resources: [{ resourceType: TOPIC, resourceName: 'compacted', configurationKeys: null }],
    includeSynonyms: false,
  }),
  'a topic with synonyms': () => ({
    resources: [
      { resourceType: TOPIC, resourceName: 'compacted', configurationKeys: ['no.such', ...TOPIC_CONFIGS] },
    ],
    includeSynonyms: true,
  }),
  'no keys': () => ({
    resources: [{ resourceType: TOPIC, resourceName: 'one', configurationKeys: [] }],
    includeSynonyms: false,
  }),
  'a topic that is not': () => ({
    resources: [{ resourceType: TOPIC, resourceName: 'missing', configurationKeys: null }],
    includeSynonyms: false,
  }),
  'a topic whose name is none': () => ({
    resources: [
      { resourceType: TOPIC, resourceName: 'no good', configurationKeys: null },
      { resourceType: TOPIC, resourceName: '', configurationKeys: null },
    ],
    includeSynonyms: false,
  }),
  'settings of the broker': () => ({
    resources: [
      {
        resourceType: BROKER,
        resourceName: '1',
        configurationKeys: [
          'log.retention.ms',
          'num.partitions',
          'message.max.bytes',
          'log.retention.hours',
          'log.cleanup.policy',
          'compression.type',
          'auto.create.topics.enable',
        ],
      },
    ],
    includeSynonyms: true,
  }),
  'the default of brokers': () => ({
    resources: [{ resourceType: BROKER, resourceName: '', configurationKeys: ['log.retention.ms'] }],
    includeSynonyms: false,
  }),
  'another broker': () => ({
    resources: [{ resourceType: BROKER, resourceName: '77', configurationKeys: null }],
    includeSynonyms: false,
  }),
  'a broker that is not a number': () => ({
    resources: [{ resourceType: BROKER, resourceName: 'x', configurationKeys: null }],
    includeSynonyms: false,
  }),
});

const documented = requests(describeConfigs, [3, 4], {
  'types and documentation': () => ({
    resources: [
      {
        resourceType: TOPIC,
        resourceName: 'one',
        configurationKeys: ['cleanup.policy', 'retention.ms', 'preallocate'],
      },
    ],
    includeSynonyms: false,
    includeDocumentation: false,
  }),
});

const altering = conversation('IncrementalAlterConfigs', [0, 1], async (peer, version) => {
  const name = `altered-${version}`;
  await peer.send(createTopics, 7, { topics: [wantedTopic(name)], timeoutMs: 10_000, validateOnly: false });
  await peer.learn(name);
  type Change = readonly [name: string, operation: number, value: string | null];
  const ask = (changes: readonly Change[], resourceName = name, resourceType = TOPIC) =>
    peer.ask(incrementalAlterConfigs, version, {
      resources: [
        {
          resourceType,
          resourceName,
          configs: changes.map(([key, configOperation, value]) => ({ name: key, configOperation, value })),
        },
      ],
      validateOnly: false,
    });
  const show = (...configurationKeys: string[]) =>
    peer.ask(describeConfigs, 4, {
      resources: [{ resourceType: TOPIC, resourceName: name, configurationKeys }],
      includeSynonyms: true,
    });
  await ask([['retention.ms', SET, '1000']]);
  await show('retention.ms');
  await ask([['retention.ms', DELETE, null]]);
  await show('retention.ms');
  await ask([['retention.bytes', DELETE, null]]);
  await ask([['cleanup.policy', APPEND, 'compact']]);
  await show('cleanup.policy');
  await ask([['cleanup.policy', APPEND, 'compact']]);
  await ask([['cleanup.policy', SUBTRACT, 'delete']]);
  await show('cleanup.policy');
  await ask([['cleanup.policy', SUBTRACT, 'compact']]);
  await show('cleanup.policy');
  await ask([['cleanup.policy', APPEND, 'nonsense']]);
  await ask([['retention.ms', APPEND, '1']]);
  await ask([['retention.ms', SUBTRACT, '1']]);
  await ask([['retention.ms', SET, null]]);
  await ask([['cleanup.policy', APPEND, null]]);
  await ask([['retention.ms', SET, 'soon']]);
  await ask([['no.such', SET, '1']]);
  await ask([['no.such', DELETE, null]]);
  await ask([['no.such', APPEND, '1']]);
  await ask([
    ['retention.ms', SET, '1'],
    ['retention.ms', SET, '2'],
  ]);
  await ask([
    ['retention.ms', SET, '1'],
    ['retention.ms', DELETE, null],
  ]);
  await ask([]);
  await ask([['retention.ms', SET, '1']], 'missing');
  await ask([['retention.ms', SET, '1']], 'no good');
  await ask([['retention.ms', SET, '1']], '');
  await ask([['log.retention.ms', SET, '1']], 'x', BROKER);
  await ask([['log.retention.ms', SET, 'soon']], '', BROKER);
  await ask([['x', SET, '1']], '1', 99);
  const same = {
    resourceType: TOPIC,
    resourceName: name,
    configs: [{ name: 'retention.ms', configOperation: SET, value: '5' }],
  };
  await peer.ask(incrementalAlterConfigs, version, { resources: [same, same], validateOnly: false });
  await peer.ask(incrementalAlterConfigs, version, { resources: [same], validateOnly: true });
  await peer.ask(incrementalAlterConfigs, version, { resources: [], validateOnly: false });
  await show('retention.ms');
});

const replacing = conversation('AlterConfigs', [0, 1, 2], async (peer, version) => {
  const name = `replaced-${version}`;
  await peer.send(createTopics, 7, {
    topics: [wantedTopic(name, 1, { 'retention.bytes': '7' })],
    timeoutMs: 10_000,
    validateOnly: false,
  });
  await peer.learn(name);
  const ask = (key: string, value: string | null, resourceName = name) =>
    peer.ask(alterConfigs, version, {
      resources: [{ resourceType: TOPIC, resourceName, configs: [{ name: key, value }] }],
      validateOnly: false,
    });
  await ask('retention.ms', '1000');
  await peer.ask(describeConfigs, 4, {
    resources: [
      { resourceType: TOPIC, resourceName: name, configurationKeys: ['retention.ms', 'retention.bytes'] },
    ],
    includeSynonyms: false,
  });
  await ask('retention.ms', null);
  await ask('retention.ms', 'soon');
  await ask('no.such', '1');
  await ask('retention.ms', '1', 'missing');
});

const elections = requests(electLeaders, [0, 1, 2], {
  'not needed': () => ({ topicPartitions: [{ topic: 'one', partitions: [0] }], timeoutMs: 5000 }),
  'of what is missing': () => ({
    topicPartitions: [
      { topic: 'missing', partitions: [0] },
      { topic: 'one', partitions: [8] },
    ],
    timeoutMs: 5000,
  }),
  'of nothing': () => ({ topicPartitions: [], timeoutMs: 5000 }),
});
const uncleanElections = requests(electLeaders, [1, 2], {
  'unclean, not needed': () => ({
    electionType: 1,
    topicPartitions: [{ topic: 'one', partitions: [0] }],
    timeoutMs: 5000,
  }),
});

const logDirs = requests(describeLogDirs, [1, 2, 4, 5], {
  'a topic': () => ({ topics: [{ topic: 'small', partitions: [0] }] }),
  'what is missing': () => ({
    topics: [
      { topic: 'missing', partitions: [0] },
      { topic: 'small', partitions: [8] },
    ],
  }),
  'no topics': () => ({ topics: [] }),
});

const filter = {
  resourceTypeFilter: 1,
  resourceNameFilter: null,
  principalFilter: null,
  hostFilter: null,
  operation: 1,
  permissionType: 1,
  patternTypeFilter: 3,
};
const acl = {
  resourceType: 2,
  resourceName: 't',
  principal: 'User:a',
  host: '*',
  operation: 3,
  permissionType: 3,
};

export const clusterCases: readonly AnswerCase[] = [
  ...versions,
  notServed,
  ...requests(saslHandshake, [0, 1], { 'a mechanism': () => ({ mechanism: 'PLAIN' }) }),
  ...cluster,
  ...clusterOf,
  ...configs,
  ...documented,
  altering,
  replacing,
  ...elections,
  ...uncleanElections,
  ...logDirs,
  ...requests(describeAcls, [1, 2, 3], { 'all of them': () => filter }),
  ...requests(createAcls, [1, 2, 3], { one: () => ({ creations: [acl] }) }),
  ...requests(deleteAcls, [1, 2, 3], { 'all of them': () => ({ filters: [filter] }) }),
];
