import { AssertionFailure } from '../../src/base/errors.ts';
import type { RaftListener } from './raft-listener.ts';
import type { RaftOptions } from './raft-options.ts';

export type RaftRole = 'unattached' | 'prospective' | 'candidate' | 'leader' | 'follower' | 'resigned' | 'observer';

/** One participant of the Raft quorum that replicates `__cluster_metadata` (KIP-595, KIP-996). */
export class RaftNode {
  constructor(_options: RaftOptions) {}
  declare readonly role: RaftRole;
  declare readonly epoch: number;
  /** -1 while unknown. */
  declare readonly leaderId: number;
  declare readonly highWatermark: number;
  declare readonly logEndOffset: number;
  addListener(_listener: RaftListener): void {}
  /** Resolves when the node takes part; a quorum of one leads by then. */
  start(): Promise<void> {
    throw new AssertionFailure('to be written');
  }
  /** Appends one batch of records as the leader of `epoch`; answers the offset of the last, or null when not the leader. */
  append(_values: readonly Buffer[], _epoch: number): number | null {
    throw new AssertionFailure('to be written');
  }
  /** Gives the leadership up and asks the others to elect. */
  resign(): void {}
  close(): Promise<void> {
    throw new AssertionFailure('to be written');
  }
}
