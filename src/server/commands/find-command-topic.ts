import type { Timers } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Admin, NewTopic } from '../../client/index.ts';

/** The commands are the service: they are kept for ever, in one partition, so that they have one order. */
const TOPIC_CONFIGS = { 'retention.ms': '-1', 'retention.bytes': '-1', 'cleanup.policy': 'delete' } as const;
/** Brokers whose machine was busy have their places again within two heartbeats, and others of a cluster are on their way. */
const ATTEMPTS = 20;
const PAUSE_MS = 500;

interface TopicSearch {
  readonly admin: Pick<Admin, 'listTopics' | 'createTopics'>;
  readonly topic: string;
  /** Where they are not the cluster's. */
  readonly replicas?: { readonly count?: number; readonly minInSync?: number };
  readonly timers: Timers;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * Finds the command topic, and makes it where it is missing. While there are too few brokers for it, which is so for a moment after
 * each of them starts or stands still, it is tried again. Several servers may look for it at once. Answers the topic's id; undefined where the broker that was asked does not
 * know the new topic yet.
 */
export async function findCommandTopic({
  admin,
  topic,
  replicas = {},
  timers,
  logger,
  signal,
}: TopicSearch): Promise<string | undefined> {
  const find = async (): Promise<string | undefined> =>
    (await admin.listTopics({ includeInternal: true })).find(({ name }) => name === topic)?.topicId;
  for (let attempt = 1; ; attempt++) {
    const known = await find();
    if (known !== undefined) return known;
    try {
      await admin.createTopics([newTopic(topic, replicas)]);
      return await find();
    } catch (error) {
      // Another server of the service was faster.
      if (isThere(error)) return find();
      if (attempt === ATTEMPTS || !lacksBrokers(error)) throw error;
      if (attempt === 1)
        logger.warn('too few brokers for the command topic yet: trying again', { error: messageOf(error) });
    }
    await timers.sleep(PAUSE_MS, signal);
  }
}

function newTopic(name: string, { count, minInSync }: NonNullable<TopicSearch['replicas']>): NewTopic {
  const inSync = minInSync === undefined ? {} : { 'min.insync.replicas': String(minInSync) };
  const replicas = count === undefined ? {} : { replicationFactor: count };
  return { name, partitions: 1, ...replicas, configs: { ...TOPIC_CONFIGS, ...inSync } };
}

function isThere(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'TOPIC_ALREADY_EXISTS';
}

function lacksBrokers(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'INVALID_REPLICATION_FACTOR';
}
