import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { electLeaders as api } from '../../src/protocol/messages/43-elect-leaders.ts';
import type { PartitionRegistration, TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord, PartitionChangeRecord } from '../metadata/metadata-record.ts';
import { electionRules, partitionChangeRecord } from './cluster-view.ts';
import { type ControllerState, type Failure, failed, operation } from './operation.ts';

/** `ElectionType` of KIP-460. */
const PREFERRED = 0;
const UNCLEAN = 1;

interface PartitionResult extends Failure {
  readonly partitionId: number;
}

/** A partition, with what the metadata say of it. */
export interface Place {
  readonly topic: TopicImage;
  readonly index: number;
  readonly partition: PartitionRegistration;
}

/** ElectLeaders (key 43): moves leadership to the preferred replica, or to any that lives when none is in sync. */
export const electLeaders = operation({
  api,
  timeoutMs: (request) => request.timeoutMs,
  decide(state, request, version) {
    const records: MetadataRecord[] = [];
    const electionType = version === 0 ? PREFERRED : request.electionType;
    if (electionType !== PREFERRED && electionType !== UNCLEAN) {
      const failure = failed(ErrorCode.INVALID_REQUEST, `Unknown election type ${electionType}`);
      return { records, response: electionFailure(request, failure, version) };
    }
    // Asked about all, those partitions that need no election are not mentioned; their topics are.
    const isForAll = request.topicPartitions === null;
    const wanted = request.topicPartitions ?? everything(state);
    const replicaElectionResults = wanted.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.flatMap((partitionId): PartitionResult[] => {
        const outcome = electOne(state, { topic, partitionId, electionType });
        if ('record' in outcome) {
          records.push(outcome.record);
          return [{ partitionId, errorCode: ErrorCode.NONE, errorMessage: null }];
        }
        const isNeedless = outcome.failure.errorCode === ErrorCode.ELECTION_NOT_NEEDED;
        return isForAll && isNeedless ? [] : [{ partitionId, ...outcome.failure }];
      }),
    }));
    return { records, response: { replicaElectionResults } };
  },
  failure: (request, failure, version) => electionFailure(request, failure, version),
});

/** Says of all partitions asked for that there was no election; before v1 there is no other place to say it. */
export function electionFailure(
  request: RequestOf<typeof api>,
  { errorCode, errorMessage }: Failure,
  version: number,
): ResponseInput<typeof api> {
  const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage })),
  }));
  return version === 0 ? { replicaElectionResults } : { errorCode, replicaElectionResults };
}

function everything(state: ControllerState) {
  return [...state.image.topicsByName.values()].map((topic) => ({
    topic: topic.name,
    partitions: [...topic.partitions.keys()],
  }));
}

function electOne(
  state: ControllerState,
  wanted: { readonly topic: string; readonly partitionId: number; readonly electionType: number },
): { readonly record: MetadataRecord } | { readonly failure: Failure } {
  const refuse = (code: ErrorCode, message: string) => ({ failure: failed(code, message) });
  const topic = state.image.topicsByName.get(wanted.topic);
  const index = wanted.partitionId;
  const partition = index < 0 ? undefined : topic?.partitions.get(index);
  if (topic === undefined) {
    return refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `No such topic as ${wanted.topic}`);
  }
  if (partition === undefined) {
    return refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `No such partition as ${wanted.topic}-${index}`);
  }
  const isPreferred = wanted.electionType === PREFERRED;
  const isNeedless = isPreferred ? partition.leader === partition.replicas[0] : partition.leader !== -1;
  if (isNeedless)
    return refuse(ErrorCode.ELECTION_NOT_NEEDED, 'Leader election not needed for topic partition.');
  const place = { topic, index, partition };
  const record = isPreferred ? preferredElection(state, place) : uncleanElection(state, place);
  if (record !== null) return { record };
  return isPreferred
    ? refuse(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, 'The preferred leader was not available.')
    : refuse(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE, 'Eligible topic partition leaders are not available.');
}

/** The record that makes the preferred replica lead, or null when it can not. */
export function preferredElection(state: ControllerState, place: Place): MetadataRecord | null {
  const { topic, partition } = place;
  const record = partitionChangeRecord(
    place,
    { election: 'preferred' },
    electionRules(state, topic.name, partition),
  );
  return record !== null && leaderOf(record) === partition.replicas[0] ? record : null;
}

/** The record that gives a forsaken partition a leader at any price, or null when no replica lives. */
export function uncleanElection(state: ControllerState, place: Place): MetadataRecord | null {
  const { topic, partition } = place;
  const record = partitionChangeRecord(
    place,
    { election: 'unclean' },
    electionRules(state, topic.name, partition),
  );
  return record !== null && leaderOf(record) >= 0 ? record : null;
}

function leaderOf(record: MetadataRecord): number {
  return (record.data as PartitionChangeRecord).leader;
}
