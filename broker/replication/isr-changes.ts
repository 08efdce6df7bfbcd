import { mustStop } from '../../src/base/assert.ts';
import type { Environment } from '../../src/base/environment.ts';
import type { AssertionFailure } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseOf } from '../../src/protocol/message.ts';
import type { alterPartition } from '../../src/protocol/messages/56-alter-partition.ts';
import type { Partition } from './partition.ts';

type Request = RequestOf<typeof alterPartition>;
type Response = ResponseOf<typeof alterPartition>;

interface IsrChangesOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Stops the broker. */
  readonly onAssertion: (failure: AssertionFailure) => void;
  readonly nodeId: number;
  /** Sends AlterPartition to the active controller. */
  readonly send: (request: Request) => Promise<Response>;
  readonly brokerEpoch: () => number;
  /** The registered epoch of a broker, -1 when it is not known. */
  readonly brokerEpochOf: (brokerId: number) => number;
}

interface Proposal {
  readonly partition: Partition;
  readonly isr: readonly number[];
  /**
   * The ISR's members with the broker epochs that they had when this was proposed (KIP-903): who has been restarted
   * since then has not shown what it still has, and the controller is to refuse it.
   */
  readonly members: readonly { readonly brokerId: number; readonly brokerEpoch: number }[];
  readonly leaderEpoch: number;
}

const RETRY_BACKOFF_MS = 50;

/**
 * Carries proposed in-sync replica sets to the controller (AlterPartition, KIP-497): all that are waiting in one
 * request, one request in flight. A partition has at most one proposal open, which its leader sees to.
 */
export class IsrChanges {
  readonly #options: IsrChangesOptions;
  #waiting: Proposal[] = [];
  #busy = false;
  #closed = false;
  #expands = 0;
  #failures = 0;

  constructor(options: IsrChangesOptions) {
    this.#options = options;
  }

  /** Followers that were taken into the ISR. */
  get expandsTotal(): number {
    return this.#expands;
  }

  get failuresTotal(): number {
    return this.#failures;
  }

  readonly propose = (partition: Partition, isr: readonly number[]): void => {
    const members = isr.map((brokerId) => ({ brokerId, brokerEpoch: this.#epochOf(partition, brokerId) }));
    this.#waiting.push({ partition, isr, members, leaderEpoch: partition.leaderEpoch });
    // Proposals of one turn travel together.
    if (!this.#busy) {
      this.#busy = true;
      this.#options.environment.timers.defer(() => void this.#sendAll());
    }
  };

  close(): void {
    this.#closed = true;
    this.#waiting = [];
  }

  /** The incarnation that has fetched from this leader; the registered one for a member that has not fetched yet. */
  #epochOf(partition: Partition, brokerId: number): number {
    const { nodeId, brokerEpoch, brokerEpochOf } = this.#options;
    if (brokerId === nodeId) return brokerEpoch();
    const fetched = partition.leader?.follower(brokerId)?.brokerEpoch ?? -1;
    return fetched >= 0 ? fetched : brokerEpochOf(brokerId);
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#closed) {
      const proposals = this.#waiting.filter(isOpen);
      this.#waiting = [];
      if (proposals.length === 0) break;
      try {
        this.#onResponse(proposals, await this.#options.send(this.#request(proposals)));
      } catch (error) {
        if (mustStop(error)) {
          this.#options.onAssertion(error);
          return;
        }
        this.#options.logger.warn('a change of in-sync replicas could not be sent', { error });
        this.#waiting.push(...proposals);
      }
      if (this.#waiting.length > 0) await this.#options.environment.timers.sleep(RETRY_BACKOFF_MS);
    }
    this.#busy = false;
    if (this.#waiting.length > 0 && !this.#closed) {
      this.#busy = true;
      void this.#sendAll();
    }
  }

  #request(proposals: readonly Proposal[]): Request {
    const { nodeId, brokerEpoch } = this.#options;
    const topics = new Map<string, Request['topics'][number]['partitions'][number][]>();
    for (const { partition, members, leaderEpoch } of proposals) {
      let partitions = topics.get(partition.topicId);
      if (partitions === undefined) {
        partitions = [];
        topics.set(partition.topicId, partitions);
      }
      partitions.push({
        partitionIndex: partition.index,
        leaderEpoch,
        newIsr: [],
        newIsrWithEpochs: members,
        leaderRecoveryState: 0,
        partitionEpoch: partition.leader?.partitionEpoch ?? -1,
      });
    }
    return {
      brokerId: nodeId,
      brokerEpoch: brokerEpoch(),
      topics: [...topics].map(([topicId, partitions]) => ({ topicId, partitions })),
    };
  }

  #onResponse(proposals: readonly Proposal[], response: Response): void {
    const answers = new Map<string, Response['topics'][number]['partitions'][number]>();
    for (const { topicId, partitions } of response.topics) {
      for (const partition of partitions) answers.set(`${topicId}:${partition.partitionIndex}`, partition);
    }
    for (const proposal of proposals) {
      // The metadata was quicker: what the leader has proposed since then is another matter.
      if (!isOpen(proposal)) continue;
      const answer = answers.get(`${proposal.partition.topicId}:${proposal.partition.index}`);
      const errorCode = response.errorCode !== ErrorCode.NONE ? response.errorCode : answer?.errorCode;
      if (errorCode === ErrorCode.NONE && answer !== undefined) {
        const { isr, leaderEpoch, partitionEpoch } = answer;
        if (isr.length > (proposal.partition.leader?.isr.length ?? 0)) this.#expands++;
        proposal.partition.onIsrDecision(proposal.leaderEpoch, {
          outcome: 'committed',
          isr,
          leaderEpoch,
          partitionEpoch,
        });
      } else {
        this.#onError(proposal, errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR);
      }
    }
  }

  #onError(proposal: Proposal, errorCode: number): void {
    const { partition, leaderEpoch } = proposal;
    this.#failures++;
    this.#options.logger.debug('a change of in-sync replicas was refused', {
      topic: partition.topic,
      partition: partition.index,
      errorCode,
    });
    switch (errorCode) {
      case ErrorCode.OPERATION_NOT_ATTEMPTED:
      case ErrorCode.INELIGIBLE_REPLICA:
        partition.onIsrDecision(leaderEpoch, { outcome: 'rejected' });
        return;
      case ErrorCode.INVALID_UPDATE_VERSION:
      case ErrorCode.FENCED_LEADER_EPOCH:
      case ErrorCode.INVALID_REQUEST:
      case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
      case ErrorCode.UNKNOWN_TOPIC_ID:
      case ErrorCode.NEW_LEADER_ELECTED:
        partition.onIsrDecision(leaderEpoch, { outcome: 'outdated' });
        return;
      default:
        this.#waiting.push(proposal);
    }
  }
}

/**
 * Whether the leader still stands by a proposal. It does not once the metadata has told it another ISR: to send the old
 * one again, under the new partition epoch, could put an ISR in force that the leader does not reckon with.
 */
function isOpen({ partition, isr, leaderEpoch }: Proposal): boolean {
  return partition.leader?.epoch === leaderEpoch && partition.leader.proposedIsr === isr;
}
