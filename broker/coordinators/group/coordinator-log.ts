/** One record of `__consumer_offsets`; a null value removes what the key names. */
export interface CoordinatorRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/**
 * How a coordinator writes to its internal topic. Offsets and assignments are told to nobody before they are committed,
 * so that what clients know is always what a reload of the partition would give.
 */
export interface CoordinatorLog {
  /**
   * Appends records, as one batch, to a partition that this broker leads.
   *
   * Batches of one partition are written in the order of the calls.
   * @returns the offset of the last record, once it is below the high watermark.
   * @throws {CoordinatorLogError} when the records could not be written or committed.
   */
  append(partition: number, records: readonly CoordinatorRecord[]): Promise<number>;
}

/** An append that failed, with the protocol's error code of the reason, such as NOT_LEADER_OR_FOLLOWER. */
export class CoordinatorLogError extends Error {
  override readonly name = 'CoordinatorLogError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
