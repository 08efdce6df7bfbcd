import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { electLeaders as api } from '../../src/protocol/messages/43-elect-leaders.ts';
import { directoriesWith, isLost } from '../metadata/lost-replica.ts';
import type { MetadataRecord, PartitionChangeRecord } from '../metadata/metadata-record.ts';
import { directoryOf, electionRules, isActive, partitionChangeRecord } from './cluster-view.ts';
import { type ControllerState, type Failure, failed, inParts, operationInParts } from './operation.ts';
import type { Place } from './partition-parts.ts';

/** `ElectionType` of KIP-460. */
const PREFERRED = 0;
const UNCLEAN = 1;

const DONE: Failure = { errorCode: ErrorCode.NONE, errorMessage: null };

interface PartitionResult extends Failure {
  readonly partitionId: number;
}

/** ElectLeaders (key 43): moves leadership to the preferred replica, or to any that lives when none is in sync. */
export const electLeaders = operationInParts({
  api,
  timeoutMs: (request) => request.timeoutMs,
  *parts(request, version) {
    const electionType = version === 0 ? PREFERRED : request.electionType;
    if (electionType !== PREFERRED && electionType !== UNCLEAN) {
      const failure = failed(ErrorCode.INVALID_REQUEST, `Unknown election type ${electionType}`);
      return electionFailure(request, failure, version);
    }
    // Asked about all, those partitions that need no election are not mentioned; their topics are.
    const isForAll = request.topicPartitions === null;
    let wanted: readonly WantedTopic[] = request.topicPartitions ?? [];
    yield (state) => {
      if (isForAll) wanted = everything(state);
      return [];
    };
    const results = wanted.map(({ topic }): TopicResult => ({ topic, partitionResult: [] }));
    const partitions = wanted.flatMap((each, at) =>
      each.partitions.map((partitionId) => ({ partitionId, topic: each.topic, at })),
    );
    for (const part of inParts(partitions, () => 1)) {
      yield (state) => {
        const records: MetadataRecord[] = [];
        for (const { topic, partitionId, at } of part) {
          const outcome = electOne(state, { topic, partitionId, electionType });
          const isDone = 'record' in outcome;
          if (isDone) records.push(outcome.record);
          const failure = isDone ? DONE : outcome.failure;
          const isNeedless = failure.errorCode === ErrorCode.ELECTION_NOT_NEEDED;
          if (!isForAll || !isNeedless) results[at]?.partitionResult.push({ partitionId, ...failure });
        }
        return records;
      };
    }
    return { replicaElectionResults: results };
  },
  failure: (request, failure, version) => electionFailure(request, failure, version),
});

interface TopicResult {
  readonly topic: string;
  readonly partitionResult: PartitionResult[];
}

interface WantedTopic {
  readonly topic: string;
  readonly partitions: readonly number[];
}

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

function everything(state: ControllerState): readonly WantedTopic[] {
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
  const record = isPreferred
    ? preferredElection(state, place)
    : (uncleanElection(state, place) ?? lostElection(state, place));
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
  return election(state, place, 'unclean');
}

/**
 * Where all replicas are lost nobody has anything, and one that lives may begin with what it can still open: only where somebody
 * asks for it.
 */
function lostElection(state: ControllerState, place: Place): MetadataRecord | null {
  const { topic, index, partition } = place;
  const chosen = partition.replicas.find((id) => isActive(state.image.brokers.get(id)));
  if (chosen === undefined || !partition.replicas.every((id) => isLost(partition, id))) return null;
  const directories = directoriesWith(partition, (id) =>
    id === chosen ? directoryOf(state, id) : undefined,
  );
  const rules = electionRules(state, topic.name, { ...partition, directories });
  return partitionChangeRecord({ topic, index, partition }, { election: 'unclean', directories }, rules);
}

/** The record that gives a partition a leader that is in sync, or null when there is none. */
export function onlineElection(state: ControllerState, place: Place): MetadataRecord | null {
  return election(state, place, 'online');
}

function election(state: ControllerState, place: Place, type: 'online' | 'unclean'): MetadataRecord | null {
  const { topic, partition } = place;
  const rules = electionRules(state, topic.name, partition);
  const record = partitionChangeRecord(place, { election: type }, rules);
  return record !== null && leaderOf(record) >= 0 ? record : null;
}

function leaderOf(record: MetadataRecord): number {
  return (record.data as PartitionChangeRecord).leader;
}
