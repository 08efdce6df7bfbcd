import { ArgumentError, messageOf, OperationalError } from '../../base/errors.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { NewTopic } from '../../client/types.ts';
import type { TopicFacts } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { TopicRequest } from '../physical/topic-request.ts';

const DEFAULT_PARTITIONS = 1;

export function partitionsOf({ partitions = DEFAULT_PARTITIONS }: TopicRequest): number {
  return partitions;
}

interface TopicsOfCluster {
  readonly admin: Admin;
  /** Facts about those of the topics that exist. */
  readonly describe: (names: readonly string[]) => Promise<ReadonlyMap<string, TopicFacts>>;
}

/** Makes the topics that statements need, where they are missing. */
export class TopicRequests {
  readonly #cluster: TopicsOfCluster;

  constructor(cluster: TopicsOfCluster) {
    this.#cluster = cluster;
  }

  /** @throws {DiagnosticError} where the topic cannot be made, or exists and is not as the statement wants it. */
  async check(request: TopicRequest): Promise<void> {
    await this.#make(request, { validateOnly: true });
  }

  /** @returns whether it was made now, and not there before. @throws as {@link TopicRequests.check}. */
  create(request: TopicRequest): Promise<boolean> {
    return this.#make(request, { validateOnly: false });
  }

  async #make(request: TopicRequest, options: { readonly validateOnly: boolean }): Promise<boolean> {
    if (await this.#exists(request)) return false;
    try {
      await this.#cluster.admin.createTopics([newTopicOf(request)], options);
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Another server of the service, given the same statement, may have been faster.
      const isThere = error instanceof OperationalError && error.code === 'TOPIC_ALREADY_EXISTS';
      if (isThere && (await this.#exists(request))) return false;
      throw sqlError(`Kafka topic '${request.name}' cannot be created: ${messageOf(error)}`);
    }
  }

  async #exists({ name, partitions }: TopicRequest): Promise<boolean> {
    const existing = (await this.#cluster.describe([name])).get(name);
    if (existing === undefined) return false;
    if (partitions === undefined || partitions === existing.partitions) return true;
    throw sqlError(
      `A Kafka topic with the name '${name}' already exists, with different partition/replica configuration ` +
        `than required. KSQL expects ${partitions} partitions (topic has ${existing.partitions})`,
    );
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof OperationalError ? !error.retriable : error instanceof ArgumentError;
}

/** What the cluster is asked to make. */
function newTopicOf(request: TopicRequest): NewTopic {
  const { name, replicas, retentionMs } = request;
  const cleanup = request.cleanupPolicy ?? (request.compacted ? 'compact' : undefined);
  return {
    name,
    partitions: partitionsOf(request),
    ...(replicas === undefined ? {} : { replicationFactor: replicas }),
    configs: {
      ...(cleanup === undefined ? {} : { 'cleanup.policy': cleanup }),
      ...(retentionMs === undefined ? {} : { 'retention.ms': String(retentionMs) }),
    },
  };
}
