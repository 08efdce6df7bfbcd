import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { createPartitions as api } from '../../src/protocol/messages/37-create-partitions.ts';
import type { TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { type ControllerState, type Failure, failed, operation } from './operation.ts';
import {
  type Assignment,
  automaticAssignment,
  manualAssignment,
  newPartitionRecord,
} from './replica-assignment.ts';

type WantedTopic = RequestOf<typeof api>['topics'][number];

const PARTITIONS_MAX = 10_000;

/** CreatePartitions (key 37): a topic only grows, with the replication factor that it has. */
export const createPartitions = operation({
  api,
  timeoutMs: (request) => request.timeoutMs,
  decide(state, request) {
    const records: MetadataRecord[] = [];
    const names = request.topics.map((topic) => topic.name);
    // What is named twice is refused, once.
    const once = [...new Map(request.topics.map((topic) => [topic.name, topic])).values()];
    const results = once.map((wanted) => {
      const isDuplicate = names.indexOf(wanted.name) !== names.lastIndexOf(wanted.name);
      const outcome = isDuplicate
        ? { failure: failed(ErrorCode.INVALID_REQUEST, 'Duplicate topic name.') }
        : growOne(state, wanted);
      if ('failure' in outcome) return { name: wanted.name, ...outcome.failure };
      if (!request.validateOnly) records.push(...outcome.records);
      return { name: wanted.name, errorMessage: null };
    });
    return { records, response: { results } };
  },
  failure: (request, error) => ({ results: request.topics.map(({ name }) => ({ name, ...error })) }),
});

function growOne(
  state: ControllerState,
  wanted: WantedTopic,
): { readonly records: readonly MetadataRecord[] } | { readonly failure: Failure } {
  const refuse = (code: ErrorCode, message: string) => ({ failure: failed(code, message) });
  const topic = state.image.topicsByName.get(wanted.name);
  if (topic === undefined) {
    return { failure: { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage: null } };
  }
  const before = topic.partitions.size;
  if (wanted.count === before) {
    return refuse(ErrorCode.INVALID_PARTITIONS, `Topic already has ${before} partition(s).`);
  }
  if (wanted.count < before) {
    const message = `The topic ${topic.name} currently has ${before} partition(s); ${wanted.count} would not be an increase.`;
    return refuse(ErrorCode.INVALID_PARTITIONS, message);
  }
  if (wanted.count - before > PARTITIONS_MAX) {
    return refuse(ErrorCode.POLICY_VIOLATION, `At most ${PARTITIONS_MAX} partitions can be added at a time.`);
  }
  const assignment = assign(state, topic, wanted);
  if ('failure' in assignment) return assignment;
  const records = assignment.partitions.map((replicas, index) =>
    newPartitionRecord(state, { topicId: topic.id, partitionId: before + index }, replicas),
  );
  return { records };
}

function assign(state: ControllerState, topic: TopicImage, wanted: WantedTopic): Assignment {
  const additional = wanted.count - topic.partitions.size;
  const replicationFactor =
    topic.partitions.get(0)?.replicas.length ?? state.settings.defaultReplicationFactor;
  if (wanted.assignments === null) {
    return automaticAssignment(state, { partitionCount: additional, replicationFactor });
  }
  if (wanted.assignments.length !== additional) {
    const message = `Attempted to add ${additional} additional partition(s), but only ${wanted.assignments.length} assignment(s) were specified.`;
    return { failure: failed(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message) };
  }
  return manualAssignment(
    state,
    wanted.assignments.map((partition) => partition.brokerIds),
    replicationFactor,
  );
}
