import type { Address, Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { PeerChannels } from '../server/peer-channel.ts';
import type { RaftLog } from './raft-log.ts';

/** A member of the static voter set (`controller.quorum.voters`). */
export interface RaftVoter {
  readonly id: number;
  /** Where the voter's controller listener is. */
  readonly address: Address;
}

/** A listener by which a voter can be reached. */
interface RaftEndpoint extends Address {
  readonly name: string;
}

/** Kafka's `controller.quorum.*` times, in milliseconds. */
export interface RaftTimeouts {
  /** `controller.quorum.election.timeout.ms`: the base of an election timeout, to which up to as much again is added. */
  readonly electionTimeoutMs: number;
  /** `controller.quorum.election.backoff.max.ms`: the longest pause after a lost election. */
  readonly electionBackoffMaxMs: number;
  /** `controller.quorum.fetch.timeout.ms`: a follower that could not fetch for so long doubts its leader. */
  readonly fetchTimeoutMs: number;
  /** `controller.quorum.request.timeout.ms`: after this a request is given up. */
  readonly requestTimeoutMs: number;
  /** `controller.quorum.append.linger.ms`: how long a leader may hold back a sync to collect appends. */
  readonly appendLingerMs: number;
  /** `controller.quorum.retry.backoff.ms` */
  readonly retryBackoffMs: number;
}

/**
 * Kafka's defaults, but for the linger: here appends of one event-loop turn share a sync, and those that come while a
 * sync runs share the next one, so that waiting would only add latency.
 */
export const RAFT_TIMEOUTS: RaftTimeouts = {
  electionTimeoutMs: 1000,
  electionBackoffMaxMs: 1000,
  fetchTimeoutMs: 2000,
  requestTimeoutMs: 2000,
  appendLingerMs: 0,
  retryBackoffMs: 20,
};

/** `MAX_FETCH_WAIT_MS` of Kafka's KafkaRaftClient. */
const FETCH_WAIT_MAX_MS = 500;

/**
 * How long a leader without news may hold a follower's fetch. A healthy leader must answer well before the follower
 * doubts it, or gives the request up: at Kafka's default times this is Kafka's wait, at shorter ones it shrinks too.
 */
export function fetchWaitMaxMs({ fetchTimeoutMs, requestTimeoutMs }: RaftTimeouts): number {
  return Math.max(1, Math.min(FETCH_WAIT_MAX_MS, Math.floor(Math.min(fetchTimeoutMs, requestTimeoutMs) / 4)));
}

/** What a {@link RaftNode} takes. */
export interface RaftOptions {
  readonly environment: Environment;
  readonly nodeId: number;
  /** This node's log directory id, a uuid in Kafka's form. */
  readonly directoryId: string;
  readonly clusterId: string;
  /** All voters, this node among them if it is one; a node that is not is an observer. */
  readonly voters: readonly RaftVoter[];
  /** Where this node itself takes requests to the quorum, once it listens: a port of 0 has become a real one. */
  readonly endpoints: () => readonly RaftEndpoint[];
  /** The log of `__cluster_metadata-0`; see `createRaftLog`. */
  readonly log: RaftLog;
  /** The directory of `__cluster_metadata-0`, where `quorum-state` is kept. */
  readonly directory: string;
  readonly peers: PeerChannels;
  readonly logger: Logger;
  readonly timeouts?: Partial<RaftTimeouts>;
}
