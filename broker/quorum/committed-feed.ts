import { forEachDataBatch } from './raft-batch.ts';
import type { LeaderAndEpoch, RaftListener } from './raft-listener.ts';
import type { RaftLog } from './raft-log.ts';

const READ_BYTES_MAX = 1024 * 1024;

/** Gives the records below the high watermark to the listeners, each once and in order, and tells them who leads. */
export class CommittedFeed {
  readonly #log: RaftLog;
  readonly #listeners: RaftListener[] = [];
  #deliveredOffset: number;
  #delivering = false;
  #told: LeaderAndEpoch = { leaderId: -1, epoch: 0 };

  constructor(log: RaftLog) {
    this.#log = log;
    this.#deliveredOffset = log.startOffset;
  }

  get deliveredOffset(): number {
    return this.#deliveredOffset;
  }

  /** Listeners are added before anything is delivered. */
  add(listener: RaftListener): void {
    this.#listeners.push(listener);
  }

  /** Delivers up to the high watermark. A listener that causes it to grow meanwhile is served by the same loop. */
  deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    const fromOffset = this.#deliveredOffset;
    try {
      while (this.#deliveredOffset < this.#log.highWatermark) {
        const chunks = this.#log.read(this.#deliveredOffset, this.#log.highWatermark, READ_BYTES_MAX);
        if (chunks.length === 0) break;
        this.#deliveredOffset = forEachDataBatch(chunks, this.#deliveredOffset, (batch) => {
          for (const listener of this.#listeners) listener.onCommitted(batch);
        });
      }
      if (this.#deliveredOffset > fromOffset)
        for (const listener of this.#listeners) listener.onDelivered?.();
    } finally {
      this.#delivering = false;
    }
  }

  tellLeader(leader: LeaderAndEpoch): void {
    if (leader.leaderId === this.#told.leaderId && leader.epoch === this.#told.epoch) return;
    this.#told = leader;
    for (const listener of this.#listeners) listener.onLeaderChange(leader);
  }
}
