import { assertDefined } from '../../src/base/assert.ts';
import type { Timer } from '../../src/base/environment.ts';
import { AssertionFailure, messageOf, OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { Api, RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { MetadataDelta } from '../metadata/metadata-delta.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { MetadataLoader } from '../metadata/metadata-loader.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { encodeMetadataRecord } from '../metadata/metadata-record-codec.ts';
import type { CommittedBatch, LeaderAndEpoch, RaftListener } from '../quorum/raft-listener.ts';
import { METADATA_LOG_REFUSED } from '../quorum/raft-log.ts';
import type { RaftNode } from '../quorum/raft-node.ts';
import { bootstrapRecords } from './bootstrap-records.ts';
import { BrokerSessions } from './broker-sessions.ts';
import {
  CONTROLLER_SETTINGS,
  type ControllerOptions,
  type ControllerSettings,
} from './controller-options.ts';
import { LeaderlessReport } from './leaderless-report.ts';
import { type ControllerState, type Failure, failed, type Parts } from './operation.ts';
import { operationOf } from './operations.ts';
import {
  ELECTIONS_MAX,
  recordsForBalance,
  fenceExpiredBroker,
  recordsForLeaderless,
} from './periodic-duties.ts';

/** Between two rounds of elections that belong together. */
const NEXT_ELECTIONS_MS = 100;

/** Parts that write nothing follow each other at once for so long. */
const PART_MS = 5;

/** What an active controller has and a passive one has not. */
interface Activity {
  readonly epoch: number;
  readonly sessions: BrokerSessions;
  readonly timers: readonly Timer[];
  /** The committed image and all that was appended since: what decisions are made on. */
  head: MetadataImage;
  /** Who waits for records to be committed, in the order of their offsets. */
  readonly waiting: Waiting[];
}

interface Waiting {
  readonly offset: number;
  readonly done: (failure: Failure | null) => void;
}

/**
 * Decides what the cluster's metadata becomes; active on the node that leads the quorum, elsewhere it answers
 * NOT_CONTROLLER. Serves the APIs of `operations.ts`.
 *
 * A request is decided on the newest image, committed or not; its records are appended as one batch, and the answer
 * waits until they are committed. When leadership is lost, the images that were not committed are simply dropped.
 */
export class Controller implements RaftListener {
  readonly #options: ControllerOptions;
  readonly #settings: ControllerSettings;
  readonly #raft: RaftNode;
  readonly #loader: MetadataLoader;
  #activity: Activity | null = null;

  /** `loader` hears of commits before this controller does. */
  constructor(options: ControllerOptions, raft: RaftNode, loader: MetadataLoader) {
    this.#options = options;
    this.#settings = { ...CONTROLLER_SETTINGS, ...options.settings };
    this.#raft = raft;
    this.#loader = loader;
  }

  get isActive(): boolean {
    return this.#activity !== null;
  }

  /** Answers a request of an API that the controller serves, once its records are committed. */
  answer<A extends Api>(api: A, version: number, request: RequestOf<A>): Promise<ResponseInput<A>> {
    const operation = assertDefined(operationOf(api), `the controller does not serve ${api.name}`);
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      let isDone = false;
      const done = (outcome: { readonly response: ResponseInput<A> } | Failure): void => {
        isDone = true;
        timer?.cancel();
        resolve('response' in outcome ? outcome.response : operation.failure(request, outcome, version));
      };
      const timeoutMs = operation.timeoutMs?.(request) ?? 0;
      if (timeoutMs > 0) {
        timer = this.#options.environment.timers.after(timeoutMs, () =>
          done(failed(ErrorCode.REQUEST_TIMED_OUT, 'the change was not committed in time; it may yet be')),
        );
      }
      this.#decideParts(operation.parts(request, version), done, () => isDone);
    });
  }

  /** Decides and appends part after part, until the last or until nobody waits any more; then waits for the commit. */
  #decideParts<R>(
    parts: Parts<R>,
    done: (outcome: { readonly response: R } | Failure) => void,
    isAbandoned: () => boolean,
  ): void {
    const { clock, timers } = this.#options.environment;
    let lastOffset = this.#write(() => []);
    let next = parts.next();
    const step = (): void => {
      if (isAbandoned()) return;
      let recordCount = 0;
      const endMs = clock.monotonicMs() + PART_MS;
      while (typeof lastOffset === 'number' && next.done !== true && recordCount === 0) {
        const { value: decide } = next;
        lastOffset = this.#write((state) => {
          const records = decide(state);
          recordCount = records.length;
          return records;
        });
        if (typeof lastOffset === 'number') next = parts.next();
        if (clock.monotonicMs() >= endMs) break;
      }
      if (typeof lastOffset !== 'number') done(lastOffset);
      else if (next.done !== true) timers.defer(step);
      else {
        const { value: response } = next;
        this.#whenCommitted(lastOffset, (failure) => done(failure ?? { response }));
      }
    };
    step();
  }

  onCommitted(batch: CommittedBatch): void {
    const activity = this.#activity;
    while (activity !== null) {
      const first = activity.waiting[0];
      if (first === undefined || first.offset > batch.lastOffset) return;
      activity.waiting.shift();
      first.done(null);
    }
  }

  onLeaderChange(leader: LeaderAndEpoch): void {
    this.#deactivate();
    if (leader.leaderId === this.#options.nodeId) this.#activate(leader.epoch);
  }

  close(): void {
    this.#deactivate();
  }

  #activate(epoch: number): void {
    const { environment, logger } = this.#options;
    const { timers } = environment;
    const { brokerSessionTimeoutMs, leaderImbalanceCheckIntervalMs, uncleanElectionIntervalMs } =
      this.#settings;
    const head = this.#loader.image;
    const sessions = new BrokerSessions(brokerSessionTimeoutMs);
    for (const id of head.brokers.keys()) sessions.register(id, environment.clock.monotonicMs());
    const leaderless = new LeaderlessReport(logger);
    const periodic = [
      timers.every(brokerSessionTimeoutMs / 4, () => this.#fenceExpired()),
      timers.every(brokerSessionTimeoutMs, () => this.#report(leaderless)),
      timers.every(uncleanElectionIntervalMs, () => this.#holdElections(recordsForLeaderless)),
      timers.after(NEXT_ELECTIONS_MS, () => this.#holdElections(recordsForLeaderless)),
    ];
    if (leaderImbalanceCheckIntervalMs > 0) {
      periodic.push(
        timers.every(leaderImbalanceCheckIntervalMs, () => this.#holdElections(recordsForBalance)),
      );
    }
    this.#activity = { epoch, sessions, timers: periodic, head, waiting: [] };
    logger.info('this node is the active controller', { epoch, offset: head.offset });
    if (head.features.isEmpty()) this.#write(() => bootstrapRecords(this.#settings));
  }

  #report(leaderless: LeaderlessReport): void {
    const activity = this.#activity;
    if (activity !== null) leaderless.check(this.#stateOf(activity));
  }

  #fenceExpired(): void {
    this.#decideParts(
      fenceExpiredBroker(),
      () => {},
      () => false,
    );
  }

  /** A round of elections, and the next one soon where there are more than are good for one batch. */
  #holdElections(decide: (state: ControllerState) => readonly MetadataRecord[]): void {
    const activity = this.#activity;
    let count = 0;
    this.#write((state) => {
      const records = decide(state);
      count = records.length;
      return records;
    });
    if (count < ELECTIONS_MAX) return;
    this.#options.environment.timers.after(NEXT_ELECTIONS_MS, () => {
      if (this.#activity !== null && this.#activity === activity) this.#holdElections(decide);
    });
  }

  #deactivate(): void {
    const activity = this.#activity;
    if (activity === null) return;
    this.#activity = null;
    for (const timer of activity.timers) timer.cancel();
    for (const { done } of activity.waiting) done(this.#notController());
  }

  /**
   * Decides, applies, appends: all in one step of the event loop.
   * @returns the offset that must be committed before anybody is told, or why nothing was done.
   */
  #write(decide: (state: ControllerState) => readonly MetadataRecord[]): number | Failure {
    const activity = this.#activity;
    if (activity === null) return this.#notController();
    try {
      const records = decide(this.#stateOf(activity));
      return records.length === 0 ? activity.head.offset : this.#append(activity, records);
    } catch (error) {
      if (error instanceof AssertionFailure) error.stopped ??= 'controller';
      // A decision that fails has done nothing yet; one that was half applied is dropped with the leadership.
      this.#options.logger.error('the controller has failed and gives up its leadership', { error });
      this.#raft.resign(activity.epoch);
      // A log that takes nothing (a full disk) has not taken this: it may be asked for again, of whoever leads next.
      const isRefused = error instanceof OperationalError && error.code === METADATA_LOG_REFUSED;
      return failed(
        isRefused ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.UNKNOWN_SERVER_ERROR,
        messageOf(error),
      );
    }
  }

  #append(activity: Activity, records: readonly MetadataRecord[]): number | Failure {
    const delta = new MetadataDelta(activity.head);
    for (const record of records) delta.replay(record);
    const lastOffset = this.#raft.append(records.map(encodeMetadataRecord), activity.epoch);
    if (lastOffset === null) {
      this.#deactivate();
      return this.#notController();
    }
    activity.head = delta.build({ offset: lastOffset, epoch: activity.epoch });
    this.#loader.expect(delta, activity.head);
    return lastOffset;
  }

  #stateOf(activity: Activity): ControllerState {
    const { environment, clusterId } = this.#options;
    return {
      image: activity.head,
      sessions: activity.sessions,
      settings: this.#settings,
      clusterId,
      random: environment.random,
      nowMs: environment.clock.monotonicMs(),
      nextOffset: this.#raft.logEndOffset,
    };
  }

  #whenCommitted(offset: number, done: (failure: Failure | null) => void): void {
    const activity = this.#activity;
    if (this.#loader.image.offset >= offset) done(null);
    else if (activity === null) done(this.#notController());
    else activity.waiting.push({ offset, done });
  }

  #notController(): Failure {
    const { leaderId } = this.#loader.leader;
    const where =
      leaderId === -1 ? 'there is none at present' : `the active controller appears to be node ${leaderId}`;
    return failed(ErrorCode.NOT_CONTROLLER, `This is not the active controller: ${where}.`);
  }
}
