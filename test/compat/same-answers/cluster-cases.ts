import { saslHandshake } from '../../../src/protocol/messages/17-sasl-handshake.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { createAcls } from '../../../src/protocol/messages/30-create-acls.ts';
import { deleteAcls } from '../../../src/protocol/messages/31-delete-acls.ts';
import { describeAcls } from '../../../src/protocol/messages/29-describe-acls.ts';
import { describeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts';
import { electLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts';
import { describeQuorum } from '../../../src/protocol/messages/55-describe-quorum.ts';
import { describeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';

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
  'of everything': () => ({ topicPartitions: null, timeoutMs: 5000 }),
  'of one partition twice': () => ({
    topicPartitions: [{ topic: 'one', partitions: [0, 0] }],
    timeoutMs: 5000,
  }),
});
const uncleanElections = requests(electLeaders, [1, 2], {
  'unclean, not needed': () => ({
    electionType: 1,
    topicPartitions: [{ topic: 'one', partitions: [0] }],
    timeoutMs: 5000,
  }),
  'of a kind that is none': () => ({
    electionType: 7,
    topicPartitions: [{ topic: 'one', partitions: [0] }],
    timeoutMs: 5000,
  }),
});

const asPartition = (topicName: string, ...partitions: readonly number[]) => ({
  topicName,
  partitions: partitions.map((partitionIndex) => ({ partitionIndex })),
});
const quorum = requests(describeQuorum, [0, 1, 2], {
  'another topic': () => ({ topics: [asPartition('one', 0)] }),
  'another partition': () => ({ topics: [asPartition('__cluster_metadata', 1)] }),
  'more than there is': () => ({ topics: [asPartition('__cluster_metadata', 0, 1), asPartition('one', 0)] }),
  nothing: () => ({ topics: [] }),
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
  ...elections,
  ...uncleanElections,
  ...quorum,
  ...logDirs,
  ...requests(describeAcls, [1, 2, 3], { 'all of them': () => filter }),
  ...requests(createAcls, [1, 2, 3], { one: () => ({ creations: [acl] }) }),
  ...requests(deleteAcls, [1, 2, 3], { 'all of them': () => ({ filters: [filter] }) }),
];
