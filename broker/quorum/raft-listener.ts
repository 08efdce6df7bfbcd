/** Who leads, as far as this node knows; `leaderId` is -1 while nobody does. */
export interface LeaderAndEpoch {
  readonly leaderId: number;
  readonly epoch: number;
}

/** A batch of data records below the high watermark. */
export interface CommittedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly appendTimestampMs: number;
  /** The values of the records, in order; only to be asked for while the batch is being handed over. */
  readonly values: readonly Buffer[];
}

/** What a user of the replicated log hears of, on the event loop and in order. */
export interface RaftListener {
  /** A committed batch, once each, in the order of the log, on every node. Control batches are left out. */
  onCommitted(batch: CommittedBatch): void;
  /** After one or more batches: there are no more for now. */
  onDelivered?(): void;
  /**
   * The leader or the epoch has changed. When this node itself leads, the call comes only after every record below
   * the start of its epoch has been given to {@link onCommitted}: the listener is then up to date and may append.
   */
  onLeaderChange(leader: LeaderAndEpoch): void;
}
