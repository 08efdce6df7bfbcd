import { mustStop } from '../../base/assert.ts';
import type { Timer } from '../../base/environment.ts';
import { heartbeat } from '../../protocol/messages/12-heartbeat.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GroupCoordinator } from '../cluster/coordinator.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import type { ConsumerGroupMetadata } from '../types.ts';

interface HeartbeatsOptions {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
  readonly settings: ConsumerSettings;
  readonly group: () => ConsumerGroupMetadata;
  /** An answer, NONE included, for the generation that was asked about. */
  readonly onAnswer: (errorCode: number, generationId: number) => void;
  /** The application has not polled for `max.poll.interval.ms`. */
  readonly onPollOverdue: () => void;
}

/**
 * Tells the coordinator that the member lives, whatever the application does: a poll that is late does not end the session, until
 * `max.poll.interval.ms` says that the application hangs (KIP-62). Members that share connections do so together.
 */
export class Heartbeats {
  readonly #options: HeartbeatsOptions;
  #timer: Timer | undefined;
  #sending = false;
  #polls = 0;
  #lastPollMs = 0;

  constructor(options: HeartbeatsOptions) {
    this.#options = options;
    this.#lastPollMs = options.cluster.environment.clock.monotonicMs();
  }

  start(): void {
    if (this.#timer !== undefined) return;
    const { cluster, settings } = this.#options;
    this.#timer = cluster.intervals.every(settings.heartbeatIntervalMs, () => this.#beat());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Within a poll the application lives by definition. */
  enterPoll(): void {
    this.#polls++;
  }

  leavePoll(): void {
    this.#polls--;
    this.#lastPollMs = this.#options.cluster.environment.clock.monotonicMs();
  }

  #beat(): void {
    const { cluster, settings, onPollOverdue } = this.#options;
    const sincePollMs = cluster.environment.clock.monotonicMs() - this.#lastPollMs;
    if (this.#polls === 0 && sincePollMs > settings.pollIntervalMsMax) {
      this.stop();
      onPollOverdue();
      return;
    }
    if (!this.#sending) void this.#send();
  }

  async #send(): Promise<void> {
    const { coordinator, settings, group, onAnswer } = this.#options;
    const { groupId, generationId, memberId, groupInstanceId } = group();
    this.#sending = true;
    try {
      const { errorCode } = await coordinator.send({
        api: heartbeat,
        body: { groupId, generationId, memberId, groupInstanceId },
        timeoutMs: Math.min(settings.requestTimeoutMs, settings.sessionTimeoutMs),
      });
      coordinator.movedBy(errorCode);
      if (this.#timer !== undefined) onAnswer(errorCode, generationId);
    } catch (error) {
      if (mustStop(error)) throw error;
      // The connection was lost or the coordinator is not to be found: it is looked for at the next beat. If that takes
      // longer than the session, the broker tells so in its next answer.
    } finally {
      this.#sending = false;
    }
  }
}
