import { expect } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../broker/log/log-config.ts';
import {
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  RECOVERY_POINT_CHECKPOINT,
} from '../../../broker/log/offset-checkpoint.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import type { Environment } from '../../../src/base/environment.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { makeBatch } from './batches.ts';

const DAY_MS = 86_400_000;
const ID = { topic: 'events', partition: 0 };

/** Every duty of a log at its fastest. */
const CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  segmentBytes: 600,
  segmentMs: 2 * DAY_MS,
  indexIntervalBytes: 100,
  retentionBytes: 2_000,
  fileDeleteDelayMs: 1,
  flushMessages: 1,
  flushMs: 1,
};

/** In the middle of a run every duty has its turn, so that none is left out by chance. */
const CERTAIN: readonly number[] = [95, 0, 78, 88, 92, 0, 95];

export interface DutiesOptions {
  readonly environment: Environment;
  readonly directory: string;
  readonly steps: number;
  readonly random: { int(bound: number): number };
  /** Lets time pass, so that what was begun goes on. */
  readonly pause: (ms: number) => Promise<unknown>;
  /** Waits for a promise. */
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
  /** How long a segment's files stay after it was deleted; 1 ms when not said. */
  readonly fileDeleteDelayMs?: number;
}

/**
 * One log under all its duties at once: appends of records that are too old the moment they are written, flushes after each,
 * rolls, retention by time and size every few milliseconds, DeleteRecords, truncation as leader and follower, deletion and
 * re-creation, close and reopening. Each append must succeed, and each read must give what was appended.
 */
export class LogDuties {
  readonly #options: DutiesOptions;
  readonly complaints: string[] = [];
  readonly done = { append: 0, retention: 0, truncation: 0, recreation: 0, reopening: 0 };
  #manager: LogManager;
  #log: Log;
  #epoch = 0;
  #incarnation = 1;
  #timestamp = Date.UTC(2001, 0, 1);
  /** The text of each record, by offset; what is below the log start stays and is not asked for. */
  #records: string[] = [];

  constructor(options: DutiesOptions) {
    this.#options = options;
    this.#manager = this.#openManager();
    this.#log = this.#openLog();
  }

  async run(): Promise<void> {
    const { random, pause, settle, steps } = this.#options;
    for (let step = 0; step < steps; step++) {
      const choice = CERTAIN[step - Math.floor(steps / 2)] ?? random.int(100);
      if (choice < 60) this.#append();
      else if (choice < 72) await pause(random.int(4));
      else if (choice < 78) await settle(this.#log.flush());
      else if (choice < 84) void this.#manager.applyRetention();
      else if (choice < 88) this.#deleteRecords();
      else if (choice < 92) this.#truncate();
      else if (choice < 95) await this.#recreate();
      else if (choice < 96) await this.#reopen();
      this.#check();
    }
    await settle(this.#manager.close());
    expect(this.complaints).toEqual([]);
  }

  #append(): void {
    const text = `${this.#incarnation}/${this.#records.length}/${'x'.repeat(this.#options.random.int(90))}`;
    this.#timestamp += DAY_MS;
    const batch = makeBatch({ text, timestamp: this.#timestamp });
    const result = this.#log.appendAsLeader(batch, { leaderEpoch: this.#epoch });
    expect(result).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: this.#records.length });
    this.#records.push(text);
    if (this.#options.random.int(3) > 0) this.#log.setHighWatermark(this.#log.logEndOffset);
    this.done.append++;
  }

  #deleteRecords(): void {
    const { logStartOffset, highWatermark } = this.#log;
    const offset = logStartOffset + this.#options.random.int(highWatermark - logStartOffset + 1);
    expect(this.#log.deleteRecordsBefore(offset)).toBe(ErrorCode.NONE);
  }

  #truncate(): void {
    const { highWatermark, logEndOffset } = this.#log;
    const isFull = this.#options.random.int(4) === 0;
    const offset = isFull
      ? logEndOffset + this.#options.random.int(5)
      : highWatermark + this.#options.random.int(logEndOffset - highWatermark + 1);
    if (isFull) this.#log.truncateFullyAndStartAt(offset);
    else this.#log.truncateTo(offset);
    this.#epoch++;
    this.#records.length = offset;
    this.done.truncation++;
  }

  async #recreate(): Promise<void> {
    this.#manager.delete(ID);
    this.#incarnation++;
    this.#epoch = 0;
    this.#records = [];
    await this.#options.settle(this.#manager.whenFree(ID) ?? Promise.resolve());
    this.#log = this.#openLog();
    this.done.recreation++;
  }

  async #reopen(): Promise<void> {
    const endOffset = this.#log.logEndOffset;
    await this.#options.settle(this.#manager.close());
    this.#manager = this.#openManager();
    this.#log = this.#openLog();
    expect(this.#log.logEndOffset).toBe(endOffset);
    this.done.reopening++;
  }

  #check(): void {
    const log = this.#log;
    expect(log.failure).toBeUndefined();
    expect(log.logEndOffset).toBe(this.#records.length);
    let offset = log.logStartOffset;
    while (offset < log.logEndOffset) {
      const result = log.read(offset, {
        maxBytes: 300,
        upperBoundOffset: log.logEndOffset,
        minOneBatch: true,
      });
      expect(result.errorCode).toBe(ErrorCode.NONE);
      for (const batch of batchesOf(Buffer.concat(result.chunks))) {
        expect(batch.isValid()).toBe(true);
        for (const record of decodeBatch(batch)) {
          expect([record.offset, String(record.value)]).toEqual([offset, this.#records[offset]]);
          offset++;
        }
      }
      expect(result.nextOffset).toBe(offset);
    }
  }

  #openManager(): LogManager {
    const manager = LogManager.open({
      environment: this.#options.environment,
      logger: this.#logger(),
      directory: this.#options.directory,
      nodeId: 1,
      retentionCheckIntervalMs: 3,
      checkpointIntervalsMs: {
        [HIGH_WATERMARK_CHECKPOINT]: 5,
        [RECOVERY_POINT_CHECKPOINT]: 7,
        [LOG_START_CHECKPOINT]: 6,
      },
      recentBytesMax: 1,
      openSegmentsMax: 2,
    });
    manager.start();
    return manager;
  }

  #openLog(): Log {
    const topicId = Buffer.from(`topic ${String(this.#incarnation).padStart(10, '0')}`).toString('base64url');
    const { fileDeleteDelayMs = 1 } = this.#options;
    return this.#manager.getOrCreate({ ...ID, topicId, config: { ...CONFIG, fileDeleteDelayMs } });
  }

  /** Whatever a log complains about is a mistake here: nothing fails in this test. */
  #logger(): Logger {
    const complain = (message: string, fields?: object): void => {
      if (fields !== undefined && 'count' in fields) this.done.retention++;
      else this.complaints.push(`${message} ${JSON.stringify(fields)}`);
    };
    const logger: Logger = {
      debug: () => {},
      info: complain,
      warn: complain,
      error: complain,
      child: () => logger,
    };
    return logger;
  }
}
