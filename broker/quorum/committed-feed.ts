import { forEachDataBatch } from './raft-batch.ts';
import { assert } from '../../src/base/assert.ts';
import type { CommittedBatch, LeaderAndEpoch, RaftListener } from './raft-listener.ts';
import type { RaftLog } from './raft-log.ts';
import type { Snapshot } from './snapshot-files.ts';

const READ_BYTES_MAX = 1024 * 1024;

/** Gives the records below the high watermark to the listeners, each once and in order, and tells them who leads. */
export class CommittedFeed {
  readonly #log: RaftLog;
  readonly #listeners: RaftListener[] = [];
  #deliveredOffset: number;
  #delivering = false;
  /** A snapshot was given to the listeners, and they have not been told yet that there is no more for now. */
  #hasSnapshot = false;
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

  /** Gives a snapshot to the listeners in place of the records that it stands for; before anything is delivered. */
  beginWith({ id, sizeInBytes, values }: Snapshot): void {
    const log = this.#log;
    const { endOffset, epoch } = id;
    assert(this.#deliveredOffset === log.startOffset, 'raft: nothing is delivered before a snapshot');
    assert(endOffset <= log.highWatermark, 'raft: a snapshot is of committed records');
    const visitEarlier = (visit: (batch: CommittedBatch) => void): void =>
      this.#visit({ fromOffset: log.startOffset, toOffset: endOffset }, visit);
    const snapshot = { lastOffset: endOffset - 1, epoch, sizeInBytes, values, visitEarlier };
    this.#deliveredOffset = endOffset;
    this.#hasSnapshot = true;
    for (const listener of this.#listeners) listener.onSnapshot?.(snapshot);
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
      if (this.#deliveredOffset === fromOffset && !this.#hasSnapshot) return;
      this.#hasSnapshot = false;
      for (const listener of this.#listeners) listener.onDelivered?.();
    } finally {
      this.#delivering = false;
    }
  }

  #visit(
    { fromOffset, toOffset }: { readonly fromOffset: number; readonly toOffset: number },
    visit: (batch: CommittedBatch) => void,
  ): void {
    for (let offset = fromOffset; offset < toOffset; ) {
      const chunks = this.#log.read(offset, toOffset, READ_BYTES_MAX);
      if (chunks.length === 0) return;
      offset = forEachDataBatch(chunks, offset, visit);
    }
  }

  tellLeader(leader: LeaderAndEpoch): void {
    if (leader.leaderId === this.#told.leaderId && leader.epoch === this.#told.epoch) return;
    this.#told = leader;
    for (const listener of this.#listeners) listener.onLeaderChange(leader);
  }
}
