import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf } from '../../src/protocol/message.ts';
import { alterPartition as api } from '../../src/protocol/messages/56-alter-partition.ts';
import { directoriesWith, isLost } from '../metadata/lost-replica.ts';
import type { PartitionRegistration, TopicImage } from '../metadata/metadata-image.ts';
import type { MetadataRecord, PartitionChangeRecord } from '../metadata/metadata-record.ts';
import { applyPartitionChange } from '../metadata/partition-change.ts';
import { directoryOf, electionRules, isActive, partitionChangeRecord } from './cluster-view.ts';
import { type ControllerState, operation } from './operation.ts';

type Request = RequestOf<typeof api>;
type RequestedPartition = Request['topics'][number]['partitions'][number];

/** Version from which each member of the new ISR comes with its broker epoch (KIP-903). */
const ISR_EPOCHS_VERSION = 3;

/**
 * AlterPartition (key 56): a leader asks to change its ISR. Epochs fence what is out of date; nobody joins who is
 * fenced, on his way out, or not the process that the leader thinks (KIP-841, KIP-903).
 * A replica that was lost (its log was damaged, and is copied again) is whole once its leader finds it in sync.
 */
export const alterPartition = operation({
  api,
  decide(state, request, version) {
    const broker = state.image.brokers.get(request.brokerId);
    if (broker === undefined || broker.epoch !== request.brokerEpoch) {
      return { records: [], response: { errorCode: ErrorCode.STALE_BROKER_EPOCH } };
    }
    const records: MetadataRecord[] = [];
    const topics = request.topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map((partition) => {
        const topic = state.image.topicsById.get(topicId);
        const result = alterOne(state, { request, version, topic, partition });
        if (result.record !== null) records.push(result.record);
        return { partitionIndex: partition.partitionIndex, ...result.response };
      }),
    }));
    return { records, response: { topics } };
  },
  failure: (_request, { errorCode }) => ({ errorCode }),
});

interface OneResult {
  readonly record: MetadataRecord | null;
  readonly response: object;
}

function alterOne(
  state: ControllerState,
  asked: {
    readonly request: Request;
    readonly version: number;
    readonly topic: TopicImage | undefined;
    readonly partition: RequestedPartition;
  },
): OneResult {
  const { topic, partition: wanted } = asked;
  const refuse = (errorCode: ErrorCode): OneResult => ({ record: null, response: { errorCode } });
  if (topic === undefined) return refuse(ErrorCode.UNKNOWN_TOPIC_ID);
  const index = wanted.partitionIndex;
  const partition = index < 0 ? undefined : topic.partitions.get(index);
  if (partition === undefined) return refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const withEpochs = asked.version >= ISR_EPOCHS_VERSION;
  const isr = withEpochs ? wanted.newIsrWithEpochs.map((member) => member.brokerId) : wanted.newIsr;
  const { brokerId } = asked.request;
  const error = check(state, partition, { brokerId, isr, wanted, withEpochs });
  if (error !== ErrorCode.NONE) return refuse(error);

  const rules = electionRules(state, topic.name, partition);
  const record = partitionChangeRecord(
    { topic, index, partition },
    {
      isr,
      recovering: wanted.leaderRecoveryState === 1,
      directories: directoriesWith(partition, (id) =>
        isr.includes(id) && isLost(partition, id) ? directoryOf(state, id) : undefined,
      ),
    },
    rules,
  );
  const after =
    record === null ? partition : applyPartitionChange(partition, record.data as PartitionChangeRecord);
  return {
    record,
    response: {
      leaderId: after.leader,
      leaderEpoch: after.leaderEpoch,
      isr: after.isr,
      leaderRecoveryState: Number(after.recovering),
      partitionEpoch: after.partitionEpoch,
    },
  };
}

function check(
  state: ControllerState,
  partition: PartitionRegistration,
  change: {
    readonly brokerId: number;
    readonly isr: readonly number[];
    readonly wanted: RequestedPartition;
    readonly withEpochs: boolean;
  },
): ErrorCode {
  const { isr, wanted } = change;
  // The leader knows more than we do: we are a controller that has been replaced.
  if (wanted.leaderEpoch > partition.leaderEpoch || wanted.partitionEpoch > partition.partitionEpoch) {
    return ErrorCode.NOT_CONTROLLER;
  }
  if (wanted.leaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (change.brokerId !== partition.leader) return ErrorCode.INVALID_REQUEST;
  if (wanted.partitionEpoch < partition.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
  if (new Set(isr).size !== isr.length || !isr.every((id) => partition.replicas.includes(id))) {
    return ErrorCode.INVALID_REQUEST;
  }
  if (!isr.includes(partition.leader)) return ErrorCode.INVALID_REQUEST;
  const recovering = wanted.leaderRecoveryState === 1;
  if (recovering && (isr.length > 1 || !partition.recovering)) return ErrorCode.INVALID_REQUEST;
  const isEligible = (id: number, epoch: number): boolean => {
    const broker = state.image.brokers.get(id);
    return isActive(broker) && (epoch === -1 || epoch === broker?.epoch);
  };
  const eligible = change.withEpochs
    ? wanted.newIsrWithEpochs.every((member) => isEligible(member.brokerId, member.brokerEpoch))
    : isr.every((id) => isEligible(id, -1));
  return eligible ? ErrorCode.NONE : ErrorCode.INELIGIBLE_REPLICA;
}
