import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { assignReplicasToDirs as api } from '../../src/protocol/messages/73-assign-replicas-to-dirs.ts';
import { directoriesWith, LOST_DIRECTORY } from '../metadata/lost-replica.ts';
import type { PartitionRegistration } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { electionRules, isUncleanElectionEnabled, partitionChangeRecord } from './cluster-view.ts';
import { type ControllerState, operation } from './operation.ts';

interface OneResult {
  readonly record: MetadataRecord | null;
  readonly errorCode: ErrorCode;
}

/**
 * AssignReplicasToDirs (key 73, KIP-858): a broker says where its replicas are. A replica whose log cannot be opened is
 * LOST: it leaves the ISR, the ELR and the lead, and no election chooses it. One that can be opened again is in the broker's
 * own folder, and may lead if the partition waits for it.
 */
export const assignReplicasToDirs = operation({
  api,
  decide(state, request) {
    const { brokerId, brokerEpoch } = request;
    const broker = state.image.brokers.get(brokerId);
    if (broker?.epoch !== brokerEpoch)
      return { records: [], response: { errorCode: ErrorCode.STALE_BROKER_EPOCH } };
    const records: MetadataRecord[] = [];
    const directories = request.directories.map(({ id, topics }) => ({
      id,
      topics: topics.map(({ topicId, partitions }) => ({
        topicId,
        partitions: partitions.map(({ partitionIndex }) => {
          const isKnown = id === LOST_DIRECTORY || broker.directories.includes(id);
          const { record, errorCode } = isKnown
            ? assignOne(state, { brokerId, directory: id, topicId, index: partitionIndex })
            : { record: null, errorCode: ErrorCode.LOG_DIR_NOT_FOUND };
          if (record !== null) records.push(record);
          return { partitionIndex, errorCode };
        }),
      })),
    }));
    return { records, response: { directories } };
  },
  failure: (_request, { errorCode }) => ({ errorCode }),
});

function assignOne(
  state: ControllerState,
  assigned: {
    readonly brokerId: number;
    readonly directory: string;
    readonly topicId: string;
    readonly index: number;
  },
): OneResult {
  const { brokerId, directory, topicId, index } = assigned;
  const refuse = (errorCode: ErrorCode): OneResult => ({ record: null, errorCode });
  const topic = state.image.topicsById.get(topicId);
  if (topic === undefined) return refuse(ErrorCode.UNKNOWN_TOPIC_ID);
  const partition = index < 0 ? undefined : topic.partitions.get(index);
  if (partition === undefined) return refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (!partition.replicas.includes(brokerId)) return refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  const directories = directoriesWith(partition, (id) => (id === brokerId ? directory : undefined));
  const record = partitionChangeRecord(
    { topic, index, partition },
    {
      ...(directory === LOST_DIRECTORY ? withoutReplica(partition, brokerId) : {}),
      directories,
      election: isUncleanElectionEnabled(state, topic.name) ? 'unclean' : 'online',
    },
    electionRules(state, topic.name, { ...partition, directories }),
  );
  return { record, errorCode: ErrorCode.NONE };
}

/** What it holds is damaged: it is taken for one that has lost records, as after an unclean shutdown. */
function withoutReplica({ isr }: PartitionRegistration, brokerId: number) {
  return { isr: isr.filter((id) => id !== brokerId), uncleanShutdown: [brokerId] };
}
