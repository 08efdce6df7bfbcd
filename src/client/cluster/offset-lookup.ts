import { ErrorCode } from '../../protocol/error-codes.ts';
import type { ResponseOf } from '../../protocol/message.ts';
import { listOffsets } from '../../protocol/messages/02-list-offsets.ts';
import { OperationalError } from '../../base/errors.ts';
import { isRetriable, kafkaError } from '../kafka-error.ts';
import { groupByTopic, partitionKey, showPartition } from '../topic-partitions.ts';
import type { IsolationLevel, ListedOffset, TopicPartition } from '../types.ts';
import type { Cluster } from './cluster.ts';

/** ListOffsets' timestamps that stand for places. */
export const LATEST_TIMESTAMP = -1;
export const EARLIEST_TIMESTAMP = -2;
export const MAX_TIMESTAMP = -3;

/** The offset of the largest timestamp can be asked for from this version on (KIP-734). */
const MAX_TIMESTAMP_FROM = 7;
const CONSUMER_REPLICA_ID = -1;

/**
 * How long a topic or partition is looked for before it counts as one that does not exist. Brokers hear of a new one a moment
 * after its creator does: Apache Kafka's AdminClient goes on for its whole timeout, a minute.
 */
const MISSING_GRACE_MS = 1_000;

interface OffsetQuery extends TopicPartition {
  /** Milliseconds since the epoch, or one of the constants above. */
  readonly timestamp: number;
}

interface OffsetLookupOptions {
  readonly isolationLevel: IsolationLevel;
  readonly timeoutMs: number;
  /** Fail soon for a topic or partition that does not exist ({@link MISSING_GRACE_MS}), instead of waiting for its creation. */
  readonly missingFails?: boolean;
  /** Called while some are still missing, with those that were found by then, and why others were not. */
  readonly onPart?: (found: readonly ListedOffset[], failure: OperationalError) => void;
}

/** Byte on the wire of an isolation level. */
export function isolationByte(level: IsolationLevel): number {
  return level === 'read_committed' ? 1 : 0;
}

/**
 * Asks the leaders for offsets, each leader once, and asks again what failed for a while: a leader that moved, a
 * partition that is being elected. Answers in the order of the queries.
 */
export async function lookupOffsets(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  options: OffsetLookupOptions,
): Promise<readonly ListedOffset[]> {
  cluster.track(queries.map(({ topic }) => topic));
  const answers: ListedOffset[] = [];
  // A request may name a partition only once: a second question about it goes into a second round.
  let left = queries.map((query, index) => ({ ...query, index }));
  while (left.length > 0) {
    const asked = new Set<string>();
    const isFirst = ({ topic, partition }: TopicPartition): boolean => {
      const key = partitionKey(topic, partition);
      return !asked.has(key) && asked.add(key).size > 0;
    };
    const round = left.filter(isFirst);
    const found = await lookupDistinct(cluster, round, options);
    for (const { topic, partition, index } of round) {
      const answer = found.get(partitionKey(topic, partition));
      if (answer !== undefined) answers[index] = answer;
    }
    left = left.filter((query) => !round.includes(query));
  }
  return answers;
}

async function lookupDistinct(
  cluster: Cluster,
  queries: readonly OffsetQuery[],
  options: OffsetLookupOptions,
): Promise<ReadonlyMap<string, ListedOffset>> {
  const found = new Map<string, ListedOffset>();
  let open = queries;
  const missing = missingRule(cluster, options);
  await cluster.retry('looking up offsets', options.timeoutMs, async () => {
    const isLed = ({ topic, partition }: TopicPartition): boolean =>
      cluster.metadata.leaderOf(topic, partition) >= 0;
    if (!open.every(isLed)) await cluster.refresh();
    // Those that have no leader hold up none of the others.
    const failures = await Promise.all(
      Array.from(byLeader(cluster, open.filter(isLed)), ([leader, items]) =>
        askLeader(cluster, leader, items, options, found),
      ),
    );
    open = open.filter(({ topic, partition }) => !found.has(partitionKey(topic, partition)));
    const failure =
      failures.find((error) => error !== undefined) ?? leaderless(cluster, open, missing().missingFails);
    if (failure !== undefined) {
      cluster.refreshSoon();
      options.onPart?.([...found.values()], failure);
      throw failure;
    }
  });
  return found;
}

/** Answers, at each attempt, whether what is missing fails by now. */
export function missingRule(
  cluster: Cluster,
  { missingFails = false }: { readonly missingFails?: boolean },
): () => { readonly missingFails: boolean } {
  const { clock } = cluster.environment;
  const fromMs = clock.monotonicMs() + MISSING_GRACE_MS;
  return () => ({ missingFails: missingFails && clock.monotonicMs() >= fromMs });
}

/**
 * Groups partitions by their leader.
 * @throws {OperationalError} for one that has none; retriable, unless it does not exist and `missingFails`.
 */
export function byLeader<P extends TopicPartition>(
  cluster: Cluster,
  partitions: readonly P[],
  options: { readonly missingFails?: boolean } = {},
): ReadonlyMap<number, readonly P[]> {
  const groups = new Map<number, P[]>();
  for (const item of partitions) {
    const topic = cluster.metadata.topic(item.topic);
    if (
      topic === undefined ||
      topic.errorCode !== ErrorCode.NONE ||
      item.partition >= topic.partitions.length
    ) {
      const missing = kafkaError(
        topic?.errorCode || ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        showPartition(item),
      );
      if (options.missingFails !== true) throw missing;
      throw new OperationalError(missing.code, missing.message, { retriable: false, cause: missing });
    }
    const leader = cluster.metadata.leaderOf(item.topic, item.partition);
    if (leader < 0) throw kafkaError(ErrorCode.LEADER_NOT_AVAILABLE, showPartition(item));
    const group = groups.get(leader);
    if (group === undefined) groups.set(leader, [item]);
    else group.push(item);
  }
  return groups;
}

/** Why those that have no leader cannot be asked. @throws {OperationalError} where that is not retriable. */
function leaderless(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  missingFails: boolean,
): OperationalError | undefined {
  try {
    byLeader(cluster, partitions, { missingFails });
    return undefined;
  } catch (error) {
    if (!isRetriable(error)) throw error;
    return error;
  }
}

/** Fills `found`; answers a retriable failure, throws another. */
async function askLeader(
  cluster: Cluster,
  leader: number,
  queries: readonly OffsetQuery[],
  { isolationLevel, timeoutMs }: OffsetLookupOptions,
  found: Map<string, ListedOffset>,
): Promise<OperationalError | undefined> {
  const wantsMax = queries.some(({ timestamp }) => timestamp === MAX_TIMESTAMP);
  let failure: OperationalError | undefined;
  try {
    const response = await cluster.send(leader, 'default', {
      api: listOffsets,
      body: (version) => {
        if (wantsMax && version < MAX_TIMESTAMP_FROM) {
          throw new OperationalError(
            'UNSUPPORTED_VERSION',
            'the broker cannot look up the largest timestamp',
            {
              retriable: false,
            },
          );
        }
        return {
          replicaId: CONSUMER_REPLICA_ID,
          isolationLevel: isolationByte(isolationLevel),
          timeoutMs: Math.min(timeoutMs, cluster.settings.requestTimeoutMs),
          topics: groupByTopic(queries).map(({ topic, items }) => ({
            name: topic,
            partitions: items.map(({ partition, timestamp }) => ({
              partitionIndex: partition,
              currentLeaderEpoch: cluster.metadata.partition(topic, partition)?.leaderEpoch ?? -1,
              timestamp,
            })),
          })),
        };
      },
    });
    failure = takeAnswers(response, found);
  } catch (error) {
    if (!isRetriable(error)) throw error;
    failure = error as OperationalError;
  }
  return failure;
}

/** Fills `found`; answers the last failure that may pass by itself, throws another. */
function takeAnswers(
  { topics }: ResponseOf<typeof listOffsets>,
  found: Map<string, ListedOffset>,
): OperationalError | undefined {
  let failure: OperationalError | undefined;
  for (const { name, partitions } of topics) {
    for (const { partitionIndex, errorCode, offset, timestamp, leaderEpoch } of partitions) {
      const partition = { topic: name, partition: partitionIndex };
      if (errorCode === ErrorCode.NONE) {
        found.set(partitionKey(name, partitionIndex), { ...partition, offset, timestamp, leaderEpoch });
        continue;
      }
      failure = refusalOf(errorCode, partition);
      if (!failure.retriable) throw failure;
    }
  }
  return failure;
}

/** Damage on a broker's disk does not pass by itself, whatever the code means to a producer. */
function refusalOf(errorCode: number, partition: TopicPartition): OperationalError {
  if (errorCode !== ErrorCode.CORRUPT_MESSAGE) return kafkaError(errorCode, showPartition(partition));
  return new OperationalError(
    'CORRUPT_RECORD',
    `no offset can be looked up by its timestamp in ${showPartition(partition)}: the log is damaged on the disk of its broker`,
    { retriable: false },
  );
}
