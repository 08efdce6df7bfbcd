import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { AppendOrigin } from './append-result.ts';
import type { ExactInt64 } from '../../src/base/int64.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { BATCH_HEADER_BYTES, MAGIC } from '../../src/protocol/records/batch-format.ts';
import {
  attributesAt,
  batchSizeAt,
  exactMaxTimestampAt,
  isCrcValid,
  magicAt,
  maxTimestampAt,
  stampTimestamp,
} from '../../src/protocol/records/batch-header.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';
import { BatchInfo } from './batch-info.ts';
import { changesCodec, recompress, recompressedBytesMax } from './recompression.ts';
import { type Inspection, inspectRecords, type RecordRules, type Refusal } from './record-validation.ts';
import { type LogConfig, UNLIMITED } from './log-config.ts';

type Validated =
  | {
      /** What is to be appended: the bytes that were given, or others where the batches get another codec. */
      readonly records: Buffer;
      readonly batches: readonly BatchInfo[];
      readonly refusal?: undefined;
    }
  | { readonly refusal: Refusal };

/**
 * Checks what a leader is asked to append ("Record batch v2 and validation" of Kafka's rules). A client sends exactly
 * one batch, untouched by any broker, and its records are looked at, too; a coordinator or a Raft leader may send several
 * and control batches. A header that tells another largest timestamp than its records have is mended in place. Where the
 * topic has a codec of its own, a client's batch under another one is stored as a new batch.
 */
export function validateForLeader(records: Buffer, options: ValidationOptions): Validated {
  try {
    return validateBatches(records, options);
  } catch (error) {
    return refuseUnreadable(error);
  }
}

/** An offset or a producer id that is beyond 2^53; anything else is a bug. */
function refuseUnreadable(error: unknown): Validated {
  if (!(error instanceof ProtocolError)) throw error;
  return refuse(ErrorCode.CORRUPT_MESSAGE, error.message);
}

interface ValidationOptions {
  readonly origin: AppendOrigin;
  readonly config: LogConfig;
  /** `<topic>-<partition>`, for messages. */
  readonly partition: string;
  readonly nowMs: number;
  /** What was found in the records of a client's batch, where somebody has looked already. */
  readonly inspection?: Inspection | undefined;
}

function validateBatches(records: Buffer, options: ValidationOptions): Validated {
  const isClient = options.origin === 'client';
  const batches: BatchInfo[] = [];
  let at = 0;
  while (at < records.length) {
    if (records.length - at >= BATCH_HEADER_BYTES && magicAt(records, at) !== MAGIC) {
      return refuseMagic(magicAt(records, at));
    }
    const size = batchSizeAt(records, at, records.length);
    if (size < 0) return refuse(ErrorCode.CORRUPT_MESSAGE, 'a batch is shorter than its header');
    if (size === 0) {
      // As in Kafka: a client's bytes after its batch are left out, and where not even one batch is whole, there is none.
      if (isClient) break;
      return refuse(ErrorCode.CORRUPT_MESSAGE, 'the records end in the middle of a batch');
    }
    batches.push(new BatchInfo(records, at, at));
    at += size;
  }
  if (batches.length === 0) return refuse(ErrorCode.INVALID_RECORD, 'there is no whole batch in the records');
  if (isClient && batches.length > 1) {
    return refuse(ErrorCode.INVALID_RECORD, `there are ${batches.length} batches where one is expected`);
  }
  for (const batch of batches) {
    const refusal = refuseBatch(records, batch, options);
    if (refusal !== undefined) return { refusal };
  }
  const [first] = batches;
  if (isClient && first !== undefined) return validateClientRecords(records, first, options);
  const { compression } = options.config;
  if (options.origin === 'raft' || !batches.some(({ attributes }) => changesCodec(compression, attributes)))
    return { records, batches };
  return recompressOwn(records, batches, options.config);
}

/** Puts a coordinator's batches under the topic's codec: they are small, and not a producer's to be refused. */
function recompressOwn(records: Buffer, batches: readonly BatchInfo[], config: LogConfig): Validated {
  const { compression } = config;
  const stored = batches.map(({ position, sizeInBytes, attributes }) => {
    const batch = records.subarray(position, position + sizeInBytes);
    if (compression === null || !changesCodec(compression, attributes)) return batch;
    return recompress(batch, new RecordIterator(new BatchView(batch)).bytes, compression);
  });
  const whole = Buffer.concat(stored);
  let at = 0;
  const infos = stored.map(({ length }) => {
    const info = new BatchInfo(whole, at, at);
    at += length;
    return info;
  });
  return { records: whole, batches: infos };
}

function refuseBatch(records: Buffer, batch: BatchInfo, options: ValidationOptions): Refusal | undefined {
  const { origin, config } = options;
  // As in Kafka it is told before a wrong checksum, which does not cover it.
  if (origin === 'client' && batch.baseOffset !== 0) {
    return refusal(
      ErrorCode.INVALID_RECORD,
      `the batch has base offset ${batch.baseOffset} where 0 is expected`,
    );
  }
  if (batch.sizeInBytes > config.maxMessageBytes) return refusalOfSize(batch, config);
  if (!isCrcValid(records, batch.position, batch.sizeInBytes)) {
    return refusal(ErrorCode.CORRUPT_MESSAGE, 'the checksum of the batch is wrong');
  }
  if (batch.recordsCount <= 0 || batch.lastOffset - batch.baseOffset + 1 !== batch.recordsCount) {
    return refusal(
      ErrorCode.INVALID_RECORD,
      `the batch claims ${batch.recordsCount} records and a last offset delta of ` +
        `${batch.lastOffset - batch.baseOffset}`,
    );
  }
  return origin === 'client' ? refuseClientBatch(batch, config) : undefined;
}

function refusalOfSize({ sizeInBytes }: BatchInfo, { maxMessageBytes }: LogConfig): Refusal {
  return refusal(
    ErrorCode.MESSAGE_TOO_LARGE,
    `the batch has ${sizeInBytes} bytes, max.message.bytes is ${maxMessageBytes}`,
  );
}

function refuseClientBatch(batch: BatchInfo, config: LogConfig): Refusal | undefined {
  if (batch.isControl) return refusal(ErrorCode.INVALID_RECORD, 'clients may not write control batches');
  if (batch.producerId >= 0 && batch.baseSequence < 0) {
    return refusal(
      ErrorCode.INVALID_RECORD,
      `producer ${batch.producerId} sent the sequence ${batch.baseSequence}`,
    );
  }
  if (batch.isTransactional && batch.producerId < 0) {
    return refusal(ErrorCode.INVALID_RECORD, 'a transactional batch needs a producer id');
  }
  // Kafka's rule; where times are the producers', the bit is dropped.
  if (config.messageTimestampType === 'LogAppendTime' && batch.usesLogAppendTime) {
    return refusal(
      ErrorCode.INVALID_TIMESTAMP,
      'Invalid timestamp type in message. Producer should not set timestamp type to LogAppendTime.',
    );
  }
  return undefined;
}

/** Looks at the records of a producer's batch, and puts it into the form in which it is stored. */
function validateClientRecords(records: Buffer, batch: BatchInfo, options: ValidationOptions): Validated {
  const { config } = options;
  const rules = recordRules(options);
  const bytes = records.subarray(batch.position, batch.position + batch.sizeInBytes);
  const inspection =
    options.inspection ?? (mustInspect(config, rules, bytes) ? inspectRecords(bytes, rules) : undefined);
  if (inspection?.refusal !== undefined) return { refusal: inspection.refusal };
  const { stored } = inspection ?? {};
  const kept =
    stored === undefined ? records : Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const keptBatch = stored === undefined ? batch : new BatchInfo(kept, 0, 0);
  if (keptBatch.sizeInBytes > config.maxMessageBytes) return { refusal: refusalOfSize(keptBatch, config) };
  if (config.messageTimestampType === 'CreateTime') {
    mendTimestamp(kept, keptBatch, inspection?.maxTimestamp);
  }
  return { records: kept, batches: [keptBatch] };
}

/** Where times are the producers', the header has the largest of them, and no flag that says otherwise. */
function mendTimestamp(records: Buffer, batch: BatchInfo, found: ExactInt64 | undefined): void {
  const { position, sizeInBytes, usesLogAppendTime } = batch;
  const claimed = exactMaxTimestampAt(records, position);
  const timestampMs = found ?? claimed;
  if (timestampMs === claimed && !usesLogAppendTime) return;
  stampTimestamp(records, position, { sizeInBytes, timestampMs, isLogAppendTime: false });
}

/** Whether the records are looked at; not so where the header is trusted, keeps the rules, and no rule is about records. */
export function mustInspect(config: LogConfig, rules: RecordRules, batch: Buffer): boolean {
  return (
    config.validateRecords ||
    config.compact ||
    boundsPast(config) ||
    changesCodec(config.compression, attributesAt(batch, 0)) ||
    maxTimestampAt(batch, 0) > rules.timestampMax
  );
}

function boundsPast(config: LogConfig): boolean {
  return config.messageTimestampType === 'CreateTime' && config.messageTimestampBeforeMaxMs < UNLIMITED;
}

function boundsFuture(config: LogConfig): boolean {
  return config.messageTimestampType === 'CreateTime' && config.messageTimestampAfterMaxMs < UNLIMITED;
}

/** What a topic asks of each record. */
export function recordRules(options: {
  readonly config: LogConfig;
  readonly partition: string;
  readonly nowMs: number;
}): RecordRules {
  const { config, partition, nowMs } = options;
  return {
    partition,
    keyRequired: config.compact,
    timestampMin: boundsPast(config) ? nowMs - config.messageTimestampBeforeMaxMs : Number.NEGATIVE_INFINITY,
    timestampMax: boundsFuture(config) ? nowMs + config.messageTimestampAfterMaxMs : Number.POSITIVE_INFINITY,
    decompressedBytesMax: config.decompressedBytesMax,
    target: config.compression,
    recompressedBytesMax: recompressedBytesMax(config),
  };
}

/** Formats of before 2017 are known and refused, others are no format. */
function refuseMagic(magic: number): Validated {
  const errorCode = magic >= 0 && magic < MAGIC ? ErrorCode.INVALID_RECORD : ErrorCode.CORRUPT_MESSAGE;
  return refuse(errorCode, `records have magic ${magic}, only ${MAGIC} is accepted`);
}

function refuse(errorCode: ErrorCode, message: string): Validated {
  return { refusal: refusal(errorCode, message) };
}

function refusal(errorCode: ErrorCode, message: string): Refusal {
  return { errorCode, message, badRecords: [] };
}

/** Where a follower's log ends. */
interface FollowerEnd {
  readonly logEndOffset: number;
  /** There is no record in the log. */
  readonly isEmpty: boolean;
  /** The epoch in which the log is a follower's. */
  readonly leaderEpoch: number;
}

/**
 * Cuts a follower's records into batches; what is cut off at the end is left out, and so is everything from the first batch on
 * that is of a later epoch than its leader's (KAFKA-18723). An empty log may end within the first
 * one: DeleteRecords moves a log start anywhere, and a leader sends whole batches (KAFKA-6975).
 */
export function validateForFollower(records: Buffer, end: FollowerEnd): Validated {
  try {
    return validateReplicated(records, end);
  } catch (error) {
    return refuseUnreadable(error);
  }
}

function validateReplicated(records: Buffer, { logEndOffset, isEmpty, leaderEpoch }: FollowerEnd): Validated {
  const batches: BatchInfo[] = [];
  let nextOffset = logEndOffset;
  let at = 0;
  while (at < records.length) {
    const size = batchSizeAt(records, at, records.length);
    if (size === 0) break;
    if (size < 0) return refuse(ErrorCode.CORRUPT_MESSAGE, 'there are bytes that are no batch');
    const batch = new BatchInfo(records, at, at);
    if (!isCrcValid(records, at, size)) {
      return refuse(
        ErrorCode.CORRUPT_MESSAGE,
        `the checksum of the batch at offset ${batch.baseOffset} is wrong`,
      );
    }
    if (batch.leaderEpoch > leaderEpoch) break;
    const isWithin = isEmpty && at === 0 && batch.lastOffset >= logEndOffset;
    if ((batch.baseOffset < nextOffset && !isWithin) || batch.lastOffset < batch.baseOffset) {
      return refuse(
        ErrorCode.OFFSET_OUT_OF_RANGE,
        `a batch begins at offset ${batch.baseOffset} where at least ${nextOffset} is expected`,
      );
    }
    nextOffset = batch.lastOffset + 1;
    batches.push(batch);
    at += size;
  }
  return { records, batches };
}
