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
  readonly sizeInBytes: number;
  /** The values of the records, in order; only to be asked for while the batch is being handed over. */
  readonly values: readonly Buffer[];
}

/** What the records below an offset have made, as it was written down. */
export interface CommittedSnapshot {
  /** The last offset that it stands for. */
  readonly lastOffset: number;
  /** Leader epoch of the record there. */
  readonly epoch: number;
  readonly sizeInBytes: number;
  readonly values: readonly Buffer[];
  /** Reads what the log still has of the batches that the snapshot stands for. */
  readonly visitEarlier: (visit: (batch: CommittedBatch) => void) => void;
}

/** What a user of the replicated log hears of, on the event loop and in order. */
export interface RaftListener {
  /** Before the first batch, where the node starts from a snapshot: the batches that it stands for do not come. */
  onSnapshot?(snapshot: CommittedSnapshot): void;
  /** A committed batch, once each, in the order of the log, on every node. Control batches are left out. */
  onCommitted(batch: CommittedBatch): void;
  /** After one or more batches, or a snapshot: there are no more for now. */
  onDelivered?(): void;
  /**
   * The leader or the epoch has changed. When this node itself leads, the call comes only after every record below
   * the start of its epoch has been given to {@link onCommitted}: the listener is then up to date and may append.
   */
  onLeaderChange(leader: LeaderAndEpoch): void;
}
