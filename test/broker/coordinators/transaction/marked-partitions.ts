import type { BrokerRequests } from '../../../../broker/server/broker-requests.ts';
import { OperationalError } from '../../../../src/base/errors.ts';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, RequestOf, ResponseOf } from '../../../../src/protocol/message.ts';
import { writeTxnMarkers } from '../../../../src/protocol/messages/27-write-txn-markers.ts';
import { decodeStruct, encodeStruct } from '../../../../src/protocol/codec.ts';

/** What a partition has in its log: which outcome of which producer, told by the coordinator of which epoch. */
interface Marker {
  readonly partition: number;
  readonly outcome: 'commit' | 'abort';
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
}

/** What becomes of one marker: an error, or the request or its answer that is lost. */
type Fault = number | 'request lost' | 'answer lost';

type Request = RequestOf<typeof writeTxnMarkers>;

/** The leaders of the partitions of topic `a` as a coordinator sees them: two brokers, of odd and of even ones. */
export class MarkedPartitions implements BrokerRequests {
  readonly markers: Marker[] = [];
  /** How many markers were in each request, in order. */
  readonly requests: number[] = [];
  /** What happens to the next markers of a partition. */
  readonly faults = new Map<number, Fault[]>();
  /** Partitions that nobody leads. */
  readonly leaderless = new Set<number>();
  /** Partitions that there are none of. */
  readonly deleted = new Set<number>();

  leaderOf(topic: string, partition: number): number | undefined {
    if (topic !== 'a' || this.deleted.has(partition)) return undefined;
    return this.leaderless.has(partition) ? -1 : (partition % 2) + 1;
  }

  /** The markers in a word each, such as `commit of 1000/1 in 0`. */
  get told(): string[] {
    return this.markers.map(
      ({ partition, outcome, producerId, producerEpoch }) =>
        `${outcome} of ${producerId}/${producerEpoch} in ${partition}`,
    );
  }

  async send<A extends Api>(
    nodeId: number,
    api: A,
    version: number,
    request: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    if (api.key !== writeTxnMarkers.key) throw new Error(`not asked for here: ${api.name}`);
    const { markers } = decodeStruct(
      writeTxnMarkers.request,
      version,
      encodeStruct(api.request, version, request),
    );
    this.requests.push(markers.length);
    // The wire takes its time.
    await Promise.resolve();
    const answers = markers.map((marker) => this.#take(nodeId, marker));
    const bytes = encodeStruct(writeTxnMarkers.response, version, { markers: answers });
    return decodeStruct(api.response, version, bytes) as ResponseOf<A>;
  }

  #take(nodeId: number, marker: Request['markers'][number]) {
    const { producerId, producerEpoch, coordinatorEpoch, transactionResult } = marker;
    const topics = marker.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => {
        const fault = this.faults.get(partitionIndex)?.shift();
        if (fault === 'request lost') throw lost();
        if (this.leaderOf(name, partitionIndex) !== nodeId) {
          return { partitionIndex, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER };
        }
        if (typeof fault === 'number') return { partitionIndex, errorCode: fault };
        const outcome = transactionResult ? 'commit' : 'abort';
        this.markers.push({
          partition: partitionIndex,
          outcome,
          producerId,
          producerEpoch,
          coordinatorEpoch,
        });
        if (fault === 'answer lost') throw lost();
        return { partitionIndex, errorCode: ErrorCode.NONE };
      }),
    }));
    return { producerId, topics };
  }
}

function lost(): OperationalError {
  return new OperationalError('DISCONNECTED', 'connection lost', { retriable: true });
}
