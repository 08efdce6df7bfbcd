import { mustStop } from '../../src/base/assert.ts';
import type { Environment } from '../../src/base/environment.ts';
import { type AssertionFailure, messageOf, OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import type { PeerChannel } from '../server/peer-channel.ts';
import { divergenceEnd, type FetchedPartition } from './follower-truncation.ts';
import type { Partition } from './partition.ts';

export interface FetcherSettings {
  readonly nodeId: number;
  readonly brokerEpoch: () => number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly responseBytesMax: number;
  readonly partitionBytesMax: number;
  readonly backoffMs: number;
}

interface ReplicaFetcherOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Stops the broker. */
  readonly onAssertion: (failure: AssertionFailure) => void;
  readonly leaderId: number;
  readonly channel: PeerChannel;
  readonly settings: FetcherSettings;
  /** Bytes were appended to a partition. */
  readonly onBytes: (topic: string, bytes: number) => void;
}

const FETCH_VERSION = 18;
const LIST_OFFSETS_VERSION = 7;
const EARLIEST_TIMESTAMP = -2;
const LATEST_TIMESTAMP = -1;

interface Followed {
  readonly partition: Partition;
  readonly leaderEpoch: number;
  /** Not asked for before this time, after an error. */
  pausedUntilMs: number;
}

/**
 * Copies partitions from one leader: one fetch in flight, all partitions that are led there in each. What the response
 * says of a partition counts only if the partition is still followed in the same leader epoch.
 */
export class ReplicaFetcher {
  readonly #options: ReplicaFetcherOptions;
  readonly #followed = new Map<Partition, Followed>();
  readonly #stopped = new AbortController();
  #running = false;

  constructor(options: ReplicaFetcherOptions) {
    this.#options = options;
  }

  get partitionCount(): number {
    return this.#followed.size;
  }

  follow(partition: Partition): void {
    const { leaderEpoch } = partition;
    if (this.#followed.get(partition)?.leaderEpoch === leaderEpoch) return;
    this.#followed.set(partition, { partition, leaderEpoch, pausedUntilMs: 0 });
    if (this.#running) return;
    this.#running = true;
    // Partitions that begin to be followed in one turn begin with one fetch.
    this.#options.environment.timers.defer(() => void this.#run());
  }

  unfollow(partition: Partition): void {
    this.#followed.delete(partition);
  }

  close(): void {
    this.#followed.clear();
    this.#stopped.abort(new Error('fetcher closed'));
    this.#options.channel.close();
  }

  /** Runs while there is something to follow; never rejects. */
  async #run(): Promise<void> {
    while (this.#followed.size > 0 && !this.#stopped.signal.aborted) {
      try {
        await this.#fetchOnce();
      } catch (error) {
        if (this.#stopped.signal.aborted) break;
        if (mustStop(error)) {
          this.#options.onAssertion(error);
          return;
        }
        this.#options.logger.info('fetch from leader failed', {
          leaderId: this.#options.leaderId,
          reason: messageOf(error),
        });
        await this.#pause(this.#options.settings.backoffMs);
      }
    }
    this.#running = false;
  }

  async #pause(delayMs: number): Promise<void> {
    try {
      await this.#options.environment.timers.sleep(delayMs, this.#stopped.signal);
    } catch {
      // Aborted: the loop sees it.
    }
  }

  async #fetchOnce(): Promise<void> {
    const nowMs = this.#options.environment.clock.monotonicMs();
    const ready = [...this.#followed.values()].filter((followed) => followed.pausedUntilMs <= nowMs);
    if (ready.length === 0) {
      await this.#pause(Math.min(100, this.#options.settings.backoffMs));
      return;
    }
    const asked = new Map<string, Asked>();
    const request = this.#request(ready, asked);
    const response = await this.#options.channel.send(fetch, FETCH_VERSION, request);
    await this.#onResponse(response, asked);
  }

  #request(ready: readonly Followed[], asked: Map<string, Asked>): RequestInput<typeof fetch> {
    const { settings } = this.#options;
    const topics = new Map<string, object[]>();
    for (const followed of ready) {
      const { partition, leaderEpoch } = followed;
      const { log } = partition;
      const fetchOffset = log.logEndOffset;
      asked.set(`${partition.topicId}:${partition.index}`, { followed, fetchOffset });
      let partitions = topics.get(partition.topicId);
      if (partitions === undefined) {
        partitions = [];
        topics.set(partition.topicId, partitions);
      }
      partitions.push({
        partition: partition.index,
        currentLeaderEpoch: leaderEpoch,
        fetchOffset,
        lastFetchedEpoch: log.latestEpoch,
        logStartOffset: log.logStartOffset,
        partitionMaxBytes: settings.partitionBytesMax,
        highWatermark: log.highWatermark,
      });
    }
    return {
      replicaState: { replicaId: settings.nodeId, replicaEpoch: settings.brokerEpoch() },
      maxWaitMs: settings.maxWaitMs,
      minBytes: settings.minBytes,
      maxBytes: settings.responseBytesMax,
      topics: [...topics].map(([topicId, partitions]) => ({ topicId, partitions })),
    };
  }

  async #onResponse(response: ResponseOf<typeof fetch>, asked: ReadonlyMap<string, Asked>): Promise<void> {
    if (response.errorCode !== ErrorCode.NONE)
      throw new Error(`the leader answered error ${response.errorCode}`);
    const slice = new TimeSlice(this.#options.environment);
    for (const { topicId, partitions } of response.responses) {
      for (const data of partitions) {
        const question = asked.get(`${topicId}:${data.partitionIndex}`);
        if (question === undefined || !this.#isCurrent(question)) continue;
        try {
          await this.#onPartition(question, data);
        } catch (error) {
          this.#onFailure(question.followed, error);
        }
        // The first record of each of ten thousand partitions makes a file.
        if (slice.isOver) await slice.next();
      }
    }
  }

  /** What the disk does to one partition is not to hold up the others of its leader. */
  #onFailure(followed: Followed, error: unknown): void {
    if (this.#stopped.signal.aborted) return;
    if (mustStop(error)) {
      // A replica whose state is broken is not followed any more; another assignment begins anew.
      error.stopped = `replica of ${followed.partition.topic}-${followed.partition.index}`;
      this.#followed.delete(followed.partition);
    }
    const isPassing = error instanceof OperationalError && error.retriable;
    this.#options.logger[isPassing ? 'info' : 'error']('a partition could not be replicated', {
      topic: followed.partition.topic,
      partition: followed.partition.index,
      error,
    });
    this.#suspend(followed);
  }

  #isCurrent({ followed, fetchOffset }: Asked): boolean {
    const { partition } = followed;
    return (
      this.#followed.get(partition) === followed &&
      partition.leader === null &&
      partition.leaderEpoch === followed.leaderEpoch &&
      partition.log.logEndOffset === fetchOffset
    );
  }

  async #onPartition(question: Asked, data: FetchedPartition): Promise<void> {
    const { followed } = question;
    const { partition } = followed;
    switch (data.errorCode) {
      case ErrorCode.NONE:
        if (data.divergingEpoch.epoch >= 0 && data.divergingEpoch.endOffset >= 0) {
          this.#truncate(partition, divergenceEnd(partition.log, data.divergingEpoch));
        } else {
          this.#append(followed, data);
        }
        return;
      case ErrorCode.OFFSET_OUT_OF_RANGE:
        await this.#resume(question);
        return;
      default:
        // Fenced, unknown epoch, not the leader any more: the metadata will say what to do.
        this.#options.logger.debug('follower fetch refused', {
          topic: partition.topic,
          partition: partition.index,
          errorCode: data.errorCode,
        });
        this.#suspend(followed);
    }
  }

  #append(followed: Followed, data: FetchedPartition): void {
    const { partition, leaderEpoch } = followed;
    const { log } = partition;
    if (data.records !== null && data.records.length > 0) {
      // All that is here has been deleted there: the leader's log may begin within a batch that is around our end.
      if (data.logStartOffset >= log.logEndOffset) log.advanceLogStartOffset(data.logStartOffset);
      const result = log.appendAsFollower(data.records, leaderEpoch);
      if (result.errorCode !== ErrorCode.NONE) {
        this.#options.logger.error('replicated records could not be appended', {
          topic: partition.topic,
          partition: partition.index,
          errorCode: result.errorCode,
          reason: result.errorMessage,
        });
        this.#suspend(followed);
        return;
      }
      if (result.lastOffset < result.baseOffset) {
        this.#options.logger.warn('a leader sends records of an epoch that is later than its own, or none', {
          topic: partition.topic,
          partition: partition.index,
          leaderId: this.#options.leaderId,
          leaderEpoch,
          offset: log.logEndOffset,
        });
        this.#suspend(followed);
        return;
      }
      this.#options.onBytes(partition.topic, data.records.length);
      // Who got something asks last next time: a leader fills its response in the order of the request, and a few busy
      // partitions could keep the others out for ever.
      this.#followed.delete(partition);
      this.#followed.set(partition, followed);
    }
    const highWatermark = Math.min(data.highWatermark, log.logEndOffset);
    if (highWatermark > log.highWatermark) log.setHighWatermark(highWatermark);
    if (data.logStartOffset > log.logStartOffset && data.logStartOffset <= log.highWatermark) {
      log.deleteRecordsBefore(data.logStartOffset);
    }
  }

  #truncate(partition: Partition, offset: number): void {
    const { log, topic, index } = partition;
    const { logEndOffset: from, highWatermark } = log;
    if (offset >= highWatermark) {
      log.truncateTo(offset);
      const to = log.logEndOffset;
      // Below it where batches were not where they should have been: what is missing is copied again.
      this.#options.logger[to < highWatermark ? 'warn' : 'info']('log truncated to its leader', {
        topic,
        partition: index,
        from,
        to,
        highWatermark,
      });
      return;
    }
    // Only an election out of those that were not in sync, or a leader that has lost what it had, can ask for this.
    const kept = log.truncateKeeping(offset);
    // Or this replica's own power loss, which may bring back what was never committed.
    this.#options.logger[log.hasLostItsEnd ? 'warn' : 'error'](
      'the leader does not have records that were committed: they were taken out of this replica, too, and are kept in the ' +
        'files "kept" (kafka-dump-log.sh reads them once they are named *.log; remove them when nobody needs them)',
      {
        topic,
        partition: index,
        from,
        to: log.logEndOffset,
        highWatermark,
        leaderId: this.#options.leaderId,
        kept,
      },
    );
  }

  /**
   * The leader does not have the offset that this log ends with: either the leader's log is shorter (an unclean
   * election), then cut to its end, or it starts later (retention), then start over there. Or the last batch here has an epoch
   * that there has never been: no checksum covers it, and it may be damaged. Then it is taken out.
   */
  async #resume(question: Asked): Promise<void> {
    const { partition, leaderEpoch } = question.followed;
    const { log } = partition;
    if (log.latestEpoch > leaderEpoch) {
      this.#truncate(partition, log.endOffsetForEpoch(leaderEpoch).endOffset);
      return;
    }
    const endOffset = await this.#leaderOffset(question.followed, LATEST_TIMESTAMP);
    const startOffset = await this.#leaderOffset(question.followed, EARLIEST_TIMESTAMP);
    if (endOffset === undefined || startOffset === undefined) {
      this.#suspend(question.followed);
      return;
    }
    if (!this.#isCurrent(question)) return;
    if (endOffset < log.logEndOffset) this.#truncate(partition, endOffset);
    else if (startOffset > log.logEndOffset) log.truncateFullyAndStartAt(startOffset);
    else this.#suspend(question.followed);
  }

  async #leaderOffset({ partition, leaderEpoch }: Followed, timestamp: number): Promise<number | undefined> {
    const { channel, settings } = this.#options;
    const response = await channel.send(listOffsets, LIST_OFFSETS_VERSION, {
      replicaId: settings.nodeId,
      topics: [
        {
          name: partition.topic,
          partitions: [{ partitionIndex: partition.index, currentLeaderEpoch: leaderEpoch, timestamp }],
        },
      ],
    });
    const answer = response.topics[0]?.partitions[0];
    return answer?.errorCode === ErrorCode.NONE ? answer.offset : undefined;
  }

  #suspend(followed: Followed): void {
    const { environment, settings } = this.#options;
    followed.pausedUntilMs = environment.clock.monotonicMs() + settings.backoffMs;
  }
}

interface Asked {
  readonly followed: Followed;
  readonly fetchOffset: number;
}
