import { METADATA_TOPIC } from '../../../broker/quorum/raft-log.ts';
import { FileNode } from '../file-node.ts';
import type { SimulatedMedium } from '../simulated-disk.ts';
import { bytesOf, DATA, nodeAt } from './disk-view.ts';
import type { Violate } from './violation.ts';

const FILE = [DATA, `${METADATA_TOPIC}-0`, 'quorum-state'] as const;

interface Election {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly votedId: number;
}

/**
 * Looks at what every voter of the metadata quorum has on its disk of the elections, after every event: its epoch never
 * goes back, in an epoch it gives one vote and knows one leader, and whoever leads an epoch has the votes of a majority
 * in it: a vote that is nowhere written can be given again.
 */
export class QuorumStateWatch {
  readonly #voters: number;
  readonly #violate: Violate;
  /** The file of each voter as it was looked at last. */
  readonly #seen = new Map<number, FileNode>();
  readonly #last = new Map<number, Election>();
  /** Votes by epoch and voter. */
  readonly #votes = new Map<number, Map<number, number>>();
  readonly #leaders = new Map<number, number>();

  /** @param voters how many there are. */
  constructor(voters: number, violate: Violate) {
    this.#voters = voters;
    this.#violate = violate;
  }

  /** Epochs that had a leader. */
  get count(): number {
    return this.#leaders.size;
  }

  /** The epoch that a voter leads by what it has written down; -1 where it leads none. */
  epochLedBy(brokerId: number): number {
    const { leaderId, leaderEpoch = -1 } = this.#last.get(brokerId) ?? {};
    return leaderId === brokerId ? leaderEpoch : -1;
  }

  look(brokerId: number, medium: SimulatedMedium): void {
    const file = nodeAt(medium, ...FILE);
    // A state is written to a file of its own, which takes the place of the one before.
    if (!(file instanceof FileNode) || this.#seen.get(brokerId) === file) return;
    this.#seen.set(brokerId, file);
    this.onElection(brokerId, JSON.parse(bytesOf(file).toString()) as Election);
  }

  /** What a voter has written down. */
  onElection(brokerId: number, now: Election): void {
    const { leaderEpoch, leaderId, votedId } = now;
    const before = this.#last.get(brokerId);
    this.#last.set(brokerId, now);
    const where = `epoch ${leaderEpoch} of the metadata quorum`;
    if (before !== undefined && leaderEpoch < before.leaderEpoch) {
      this.#violate(
        'quorum-votes',
        `voter ${brokerId} went from epoch ${before.leaderEpoch} back to ${where}`,
      );
    }
    this.#onVote(brokerId, leaderEpoch, votedId);
    if (leaderId < 0 || this.#leaders.get(leaderEpoch) === leaderId) return;
    const other = this.#leaders.get(leaderEpoch) ?? leaderId;
    if (other !== leaderId) this.#violate('quorum-votes', `${where} has leaders ${other} and ${leaderId}`);
    this.#leaders.set(leaderEpoch, leaderId);
    const votes = [...(this.#votes.get(leaderEpoch)?.values() ?? [])].filter((id) => id === leaderId).length;
    if (votes * 2 <= this.#voters) {
      this.#violate(
        'quorum-votes',
        `voter ${leaderId} leads ${where} with ${votes} votes of ${this.#voters}`,
      );
    }
  }

  #onVote(brokerId: number, epoch: number, votedId: number): void {
    let votes = this.#votes.get(epoch);
    if (votes === undefined) this.#votes.set(epoch, (votes = new Map()));
    const vote = votes.get(brokerId) ?? -1;
    if (vote >= 0 && vote !== votedId) {
      this.#violate(
        'quorum-votes',
        `voter ${brokerId} has voted for ${vote} in epoch ${epoch} of the metadata quorum, and now for ${votedId < 0 ? 'nobody' : votedId}`,
      );
    }
    if (votedId >= 0) votes.set(brokerId, votedId);
  }
}
