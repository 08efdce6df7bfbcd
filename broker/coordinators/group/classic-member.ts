import type { Timer } from '../../../src/base/environment.ts';
import type { JoinResult, SyncResult } from './group-results.ts';

/** A protocol (an assignor) that a member supports, with what the member tells its leader of itself. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

interface ClassicMemberOptions {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** In the order of the member's preference. */
  readonly protocols: readonly MemberProtocol[];
  readonly assignment?: Buffer;
}

const NO_BYTES = Buffer.alloc(0);

/** A member of a classic group: data only; {@link ClassicGroup} keeps the counts that follow from it. */
export class ClassicMember {
  memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer;
  /** The join request that waits for the rebalance. */
  awaitingJoin: ((result: JoinResult) => void) | null = null;
  /** The sync request that waits for the leader. */
  awaitingSync: ((result: SyncResult) => void) | null = null;
  /** True until the first join is answered: it has no id yet to send heartbeats with. */
  isNew = false;
  /** When the session ends, on the monotonic clock, and the timer that looks after it. */
  sessionEndsMs = 0;
  sessionTimer: Timer | null = null;

  constructor(options: ClassicMemberOptions) {
    this.memberId = options.memberId;
    this.groupInstanceId = options.groupInstanceId;
    this.clientId = options.clientId;
    this.clientHost = options.clientHost;
    this.rebalanceTimeoutMs = options.rebalanceTimeoutMs;
    this.sessionTimeoutMs = options.sessionTimeoutMs;
    this.protocols = options.protocols;
    this.assignment = options.assignment ?? NO_BYTES;
  }

  /** What the member said of itself under a protocol. */
  metadata(protocolName: string | null): Buffer {
    return this.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? NO_BYTES;
  }

  /** Whether the protocols are the same, in the same order, with the same metadata. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      this.protocols.every((own, i) => {
        const other = protocols[i];
        return other !== undefined && own.name === other.name && own.metadata.equals(other.metadata);
      })
    );
  }

  /** The first of `candidates` in the member's order of preference. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.protocols.find((protocol) => candidates.has(protocol.name))?.name;
  }
}
