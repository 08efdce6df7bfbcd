import type { PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import { decodeRequest, decodeRequestHeader } from '../../../src/protocol/framing.ts';
import type { RequestOf } from '../../../src/protocol/message.ts';
import { alterPartition } from '../../../src/protocol/messages/56-alter-partition.ts';
import type { SimulatedConnection } from '../simulated-connection.ts';
import { endOffsetAt } from './disk-view.ts';
import type { CommittedEnds } from './history.ts';
import { epochsAt } from './log-epochs.ts';
import type { Violate } from './violation.ts';
import type { WatchedCluster } from './watched-cluster.ts';

const CONTROLLER_PORT = 9093;
const SIZE_BYTES = 4;

type Proposal = RequestOf<typeof alterPartition>['topics'][number]['partitions'][number];

interface JoinWatchOptions {
  readonly topic: string;
  /** What clients were told of. */
  readonly ends: CommittedEnds;
  /** The newest metadata that any broker has had. */
  readonly newest: {
    readonly topicId: string | undefined;
    registration(partition: number): PartitionRegistration | undefined;
  };
  readonly violate: Violate;
}

/**
 * Looks at what leaders ask of the controller: whoever is to be in sync has all that a client was told of by then, and all that
 * was there when the epoch of the leader began (KIP-497): `isr-join`. By the time it is in the metadata a replica that was let
 * in too early has mostly caught up.
 */
export class JoinWatch {
  readonly #cluster: WatchedCluster;
  readonly #options: JoinWatchOptions;

  constructor(cluster: WatchedCluster, options: JoinWatchOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  readonly onWrite = ({ remote, process }: SimulatedConnection, bytes: Buffer): void => {
    if (remote.port !== CONTROLLER_PORT || bytes.length < SIZE_BYTES + 2) return;
    if (bytes.readInt16BE(SIZE_BYTES) !== alterPartition.key) return;
    const { header, reader } = decodeRequestHeader(bytes.subarray(SIZE_BYTES));
    const request = decodeRequest(alterPartition, header.apiVersion, reader);
    // Others may ask for what is not so.
    if (process.name !== `broker${request.brokerId}`) return;
    for (const { topicId, partitions } of request.topics) {
      if (topicId !== this.#options.newest.topicId) continue;
      for (const proposal of partitions) this.#onProposal(request.brokerId, proposal);
    }
  };

  #onProposal(leader: number, proposal: Proposal): void {
    const { partitionIndex, leaderEpoch, partitionEpoch, newIsrWithEpochs } = proposal;
    const { topic, ends, newest, violate } = this.#options;
    // One that leads no more, or does not know of the last change, may ask for anything: it is refused.
    const registration = newest.registration(partitionIndex);
    if (registration?.leader !== leader || registration.leaderEpoch !== leaderEpoch) return;
    if (registration.partitionEpoch !== partitionEpoch) return;
    const log = `${topic}-${partitionIndex}`;
    const { starts, endOffset } = epochsAt(this.#cluster.mediumOf(leader), log);
    const epochStart = starts.find(({ epoch }) => epoch === leaderEpoch)?.startOffset ?? endOffset;
    const floor = Math.max(ends.of(partitionIndex), epochStart);
    for (const { brokerId, brokerEpoch } of newIsrWithEpochs) {
      if (registration.isr.includes(brokerId)) continue;
      // Another process may have less by now.
      if (this.#cluster.imageOf(brokerId)?.brokers.get(brokerId)?.epoch !== brokerEpoch) continue;
      const end = endOffsetAt(this.#cluster.mediumOf(brokerId), log);
      if (end >= floor) continue;
      violate(
        'isr-join',
        `broker ${leader}, whose epoch ${leaderEpoch} of ${log} begins at ${epochStart}, would have broker ${brokerId} in sync, ` +
          `which ends at ${end}: a client was told of ${ends.of(partitionIndex) - 1}`,
      );
    }
  }
}
