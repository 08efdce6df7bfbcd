import { ArgumentError, messageOf, OperationalError } from '../../base/errors.ts';
import type { Admin } from '../../client/admin/admin.ts';
import type { NewTopic } from '../../client/types.ts';
import { NAME_LENGTH_MAX } from '../../base/argument-checks.ts';
import type { TopicFacts } from '../analysis/session.ts';
import type { TopicChanges } from '../host/host.ts';
import { refuse } from '../analysis/sql-error.ts';
import { sourceMessages } from '../messages/sources.ts';
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

  /**
   * @param cluster.facts what the cluster has said of the topics, as statements that are still to run will have changed it.
   * @throws {DiagnosticError} where the topic cannot be made, or exists and is not as the statement wants it.
   */
  async check(
    request: TopicRequest,
    { facts, changes }: { readonly facts: ReadonlyMap<string, TopicFacts>; readonly changes: TopicChanges },
  ): Promise<void> {
    // Of a topic that is there nobody asks whether it can be made.
    if (isThere(request, facts)) return;
    await this.#make(request, { validateOnly: true, name: nameToTry(request.name, changes) });
  }

  /**
   * Makes a topic without asking first whether it is there: the cluster says so.
   * @returns whether it was made now, and not there before.
   * @throws as {@link TopicRequests.check}.
   */
  create(request: TopicRequest): Promise<boolean> {
    return this.#make(request, { validateOnly: false, name: request.name });
  }

  async #make(
    request: TopicRequest,
    { validateOnly, name }: { readonly validateOnly: boolean; readonly name: string },
  ): Promise<boolean> {
    try {
      await this.#cluster.admin.createTopics([{ ...newTopicOf(request), name }], { validateOnly });
      return true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // One that is there is refused, and so is one that is there and that this user may not make.
      const isFound = name === request.name ? await this.#exists(request) : isTaken(error);
      if (isFound) return false;
      const why = messageOf(error).replaceAll(name, request.name);
      throw refuse(sourceMessages.topicNotMade(request.name, why));
    }
  }

  async #exists(request: TopicRequest): Promise<boolean> {
    return isThere(request, await this.#cluster.describe([request.name]));
  }
}

/** @throws {DiagnosticError} where the topic is there, and is not as the statement wants it. */
function isThere(request: TopicRequest, topics: ReadonlyMap<string, TopicFacts>): boolean {
  const { name } = request;
  const existing = topics.get(name);
  if (existing === undefined) return false;
  const { partitions = existing.partitions, replicas = existing.replicas } = request;
  if (partitions === existing.partitions && replicas <= existing.replicas) return true;
  throw refuse(sourceMessages.topicDiffers({ topic: name, required: { partitions, replicas }, existing }));
}

/**
 * The cluster refuses to try a topic that is still there. One that is to be deleted before it is made is tried by a name
 * beside its own, for which who may make it may be allowed to make others.
 */
function nameToTry(name: string, changes: TopicChanges): string {
  return changes.get(name) === null ? `${name.slice(0, NAME_LENGTH_MAX - 4)}-new` : name;
}

function isTaken(error: unknown): boolean {
  return error instanceof OperationalError && error.code === 'TOPIC_ALREADY_EXISTS';
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
