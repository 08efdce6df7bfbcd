/** What `log.cleaner.*` says, for one of the cleaner's threads where it is shared out. */
export interface CleanerSettings {
  /** `log.cleaner.threads`: logs that are cleaned at a time; 0 where `log.cleaner.enable` is false. */
  readonly threads: number;
  /** Of `log.cleaner.dedupe.buffer.size`. */
  readonly mapBytesMax: number;
  /** `log.cleaner.io.buffer.load.factor` */
  readonly loadFactor: number;
  /** Of `log.cleaner.io.buffer.size`, half of which is for reading. */
  readonly readBytes: number;
  /** Of `log.cleaner.io.max.bytes.per.second`. */
  readonly bytesPerSecondMax: number;
  /** `log.cleaner.backoff.ms`: how long to wait where nothing is to be cleaned. */
  readonly backoffMs: number;
}
