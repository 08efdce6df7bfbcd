import type { PeerChannel } from '../../../../broker/server/peer-channel.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import type { ResponseOf } from '../../../../src/protocol/message.ts';
import { fetch } from '../../../../src/protocol/messages/01-fetch.ts';

const FETCH_VERSION = 17;
const BYTES_MAX = 1_000;

/** What a partition is asked for, and by whom; see Fetch. */
interface BareFetch {
  readonly topicId: string;
  readonly partition: number;
  readonly currentLeaderEpoch: number;
  readonly fetchOffset: number;
  readonly lastFetchedEpoch?: number;
  /** The follower that asks; a consumer unless there is one. */
  readonly replicaState?: { readonly replicaId: number; readonly replicaEpoch: number };
}

type FetchedPartition = ResponseOf<typeof fetch>['responses'][number]['partitions'][number];

/** Fetches one partition without a session and without waiting; undefined where nothing is said of the partition. */
export async function bareFetch(
  line: PeerChannel,
  { topicId, replicaState, ...partition }: BareFetch,
): Promise<FetchedPartition | undefined> {
  const response = await line.send(fetch, FETCH_VERSION, {
    maxWaitMs: 0,
    minBytes: 0,
    sessionId: 0,
    topics: [{ topicId, partitions: [{ ...partition, partitionMaxBytes: BYTES_MAX }] }],
    ...(replicaState === undefined ? {} : { replicaState }),
  });
  return response.errorCode === ErrorCode.NONE ? response.responses[0]?.partitions[0] : undefined;
}
