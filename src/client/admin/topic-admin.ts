import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { metadata } from '../../protocol/messages/03-metadata.ts';
import { createTopics } from '../../protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../protocol/messages/20-delete-topics.ts';
import { deleteRecords } from '../../protocol/messages/21-delete-records.ts';
import { createPartitions } from '../../protocol/messages/37-create-partitions.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { byLeader, missingRule } from '../cluster/offset-lookup.ts';
import { topicNameError } from '../topic-name.ts';
import { groupByTopic, showPartition } from '../topic-partitions.ts';
import type { NewTopic, PartitionOffset, TopicDescription, TopicListing } from '../types.ts';
import { checkOutcomes, type Outcome } from './admin-error.ts';

/** Topics may be asked for by id from here on; names move into another field. */
const DELETE_BY_ID_FROM = 6;

/** What brokers answer for a name that their listing would not have. */
const NO_TOPIC: ReadonlySet<number> = new Set([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
]);

export async function createTopicsOn(
  cluster: Cluster,
  topics: readonly NewTopic[],
  options: { readonly validateOnly: boolean; readonly timeoutMs: number },
): Promise<void> {
  for (const { name } of topics) {
    const wrong = topicNameError(name);
    if (wrong !== undefined) throw wrong;
  }
  const wanted = topics.map(({ name, partitions, replicationFactor, assignments, configs }) => ({
    name,
    numPartitions: assignments === undefined ? (partitions ?? -1) : -1,
    replicationFactor: assignments === undefined ? (replicationFactor ?? -1) : -1,
    assignments: (assignments ?? []).map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(configs ?? {}).map(([key, value]) => ({ name: key, value })),
  }));
  // Counted where a request is written: one attempt may ask several brokers, one after the other.
  let sent = 0;
  await cluster.retry('creating topics', options.timeoutMs, async (remainingMs, signal) => {
    const response = await cluster.sendToAny(
      {
        api: createTopics,
        body: () => {
          sent++;
          const timeoutMs = Math.min(remainingMs, cluster.settings.requestTimeoutMs);
          return { topics: wanted, validateOnly: options.validateOnly, timeoutMs };
        },
      },
      signal,
    );
    checkOutcomes(
      response.topics
        // A request whose answer was lost may have created it.
        .filter(({ errorCode }) => !(sent > 1 && errorCode === ErrorCode.TOPIC_ALREADY_EXISTS))
        .map(topicOutcome),
    );
  });
}

/** A topic by its name, or by its id alone. */
type DeletedTopic = { readonly name: string } | { readonly name: null; readonly topicId: string };

export async function deleteTopicsOn(
  cluster: Cluster,
  topics: readonly DeletedTopic[],
  timeoutMs: number,
): Promise<void> {
  let sent = 0;
  await cluster.retry('deleting topics', timeoutMs, async (remainingMs, signal) => {
    const response = await cluster.sendToAny(
      {
        api: deleteTopics,
        body: (version) => {
          sent++;
          const timeoutMs = Math.min(remainingMs, cluster.settings.requestTimeoutMs);
          return version >= DELETE_BY_ID_FROM
            ? { topics, timeoutMs }
            : { topicNames: topics.map(requireName), timeoutMs };
        },
      },
      signal,
    );
    checkOutcomes(
      response.responses
        .filter(({ errorCode }) => !(sent > 1 && isGone(errorCode)))
        .map(({ name, topicId, ...outcome }) => topicOutcome({ ...outcome, name: name ?? topicId })),
    );
  });
}

const isGone = (errorCode: number): boolean =>
  errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.UNKNOWN_TOPIC_ID;

function requireName({ name }: DeletedTopic): string {
  if (name !== null) return name;
  const message = 'the cluster is too old to delete a topic by its id';
  throw new OperationalError('UNSUPPORTED_VERSION', message, { retriable: false });
}

export async function createPartitionsOn(
  cluster: Cluster,
  topics: readonly { readonly name: string; readonly count: number }[],
  timeoutMs: number,
): Promise<void> {
  await cluster.retry('creating partitions', timeoutMs, async (remainingMs, signal) => {
    const response = await cluster.sendToAny(
      {
        api: createPartitions,
        body: {
          topics: topics.map(({ name, count }) => ({ name, count, assignments: null })),
          timeoutMs: Math.min(remainingMs, cluster.settings.requestTimeoutMs),
        },
      },
      signal,
    );
    checkOutcomes(response.results.map(topicOutcome));
  });
}

export async function describeTopicsOn(
  cluster: Cluster,
  names: readonly string[],
  { existingOnly, timeoutMs }: { readonly existingOnly: boolean; readonly timeoutMs: number },
): Promise<readonly TopicDescription[]> {
  if (names.length === 0) return [];
  return cluster.retry('describing topics', timeoutMs, async () => {
    const response = await cluster.sendToAny({
      api: metadata,
      body: { topics: names.map((name) => ({ name })), allowAutoTopicCreation: false },
    });
    const described = existingOnly
      ? response.topics.filter(({ errorCode }) => !NO_TOPIC.has(errorCode))
      : response.topics;
    checkOutcomes(described.map(({ name, errorCode }) => ({ subject: `topic ${name ?? ''}`, errorCode })));
    return described.map(
      ({ name, topicId, isInternal, partitions }): TopicDescription => ({
        name: name ?? '',
        topicId,
        internal: isInternal,
        partitionCount: partitions.length,
        partitions: partitions
          .map((partition) => ({
            topic: name ?? '',
            partition: partition.partitionIndex,
            leader: partition.leaderId,
            leaderEpoch: partition.leaderEpoch,
            replicas: partition.replicaNodes,
            isr: partition.isrNodes,
            offlineReplicas: partition.offlineReplicas,
          }))
          .toSorted((a, b) => a.partition - b.partition),
      }),
    );
  });
}

export async function listTopicsOn(
  cluster: Cluster,
  options: { readonly includeInternal: boolean; readonly timeoutMs: number },
): Promise<readonly TopicListing[]> {
  return cluster.retry('listing topics', options.timeoutMs, async () => {
    const response = await cluster.sendToAny({
      api: metadata,
      body: { topics: null, allowAutoTopicCreation: false },
    });
    return response.topics
      .filter(
        ({ errorCode, isInternal }) =>
          errorCode === ErrorCode.NONE && (options.includeInternal || !isInternal),
      )
      .map(({ name, topicId, isInternal, partitions }) => ({
        name: name ?? '',
        topicId,
        internal: isInternal,
        partitionCount: partitions.length,
      }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  });
}

export async function deleteRecordsOn(
  cluster: Cluster,
  before: readonly PartitionOffset[],
  timeoutMs: number,
): Promise<readonly PartitionOffset[]> {
  cluster.track(before.map(({ topic }) => topic));
  const missing = missingRule(cluster, { missingFails: true });
  return cluster.retry('deleting records', timeoutMs, async (remainingMs) => {
    await cluster.refresh();
    const answers = await Promise.all(
      Array.from(byLeader(cluster, before, missing()), ([leader, items]) =>
        cluster.send(leader, 'admin', {
          api: deleteRecords,
          body: {
            topics: groupByTopic(items).map(({ topic, items: offsets }) => ({
              name: topic,
              partitions: offsets.map(({ partition, offset }) => ({ partitionIndex: partition, offset })),
            })),
            timeoutMs: Math.min(remainingMs, cluster.settings.requestTimeoutMs),
          },
        }),
      ),
    );
    const results = answers.flatMap(({ topics }) =>
      topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, lowWatermark, errorCode }) => ({
          topic: name,
          partition: partitionIndex,
          offset: lowWatermark,
          errorCode,
        })),
      ),
    );
    checkOutcomes(
      results.map((result): Outcome => ({ subject: showPartition(result), errorCode: result.errorCode })),
    );
    return results.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
  });
}

function topicOutcome(result: {
  readonly name: string | null;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}): Outcome {
  return {
    subject: `topic ${result.name ?? ''}`,
    errorCode: result.errorCode,
    errorMessage: result.errorMessage,
  };
}
