import type { NewTopic } from '../../client/types.ts';
import type { TopicFacts } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { TopicRequest } from '../engine/statement-plan.ts';

const DEFAULT_PARTITIONS = 1;

export function partitionsOf({ partitions = DEFAULT_PARTITIONS }: TopicRequest): number {
  return partitions;
}

/** @throws {DiagnosticError} for a topic that exists and is not as the statement wants it. */
export function checkExisting({ name, partitions }: TopicRequest, existing: TopicFacts): void {
  if (partitions === undefined || partitions === existing.partitions) return;
  throw sqlError(
    `A Kafka topic with the name '${name}' already exists, with different partition/replica configuration ` +
      `than required. KSQL expects ${partitions} partitions (topic has ${existing.partitions})`,
  );
}

/** What the cluster is asked to make. */
export function newTopicOf(request: TopicRequest): NewTopic {
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
