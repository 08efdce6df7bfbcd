import { assert } from '../../src/base/assert.ts';
import { AssertionFailure, messageOf } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { type AppendOptions, type AppendResult, appended, duplicated, failed } from './append-result.ts';
import {
  baseOffsetAt,
  stampBaseOffset,
  stampLeaderEpoch,
  stampTimestamp,
} from '../../src/protocol/records/batch-header.ts';
import { BatchInfo } from './batch-info.ts';
import { validateForFollower, validateForLeader } from './batch-validation.ts';
import type { LogDurability } from './log-durability.ts';
import type { LogState } from './log-state.ts';
import { restartLog } from './log-truncation.ts';
import { applyToProducers } from './producer-replay.ts';
import type { SequenceCheck } from './sequence-check.ts';
import { mustRoll } from './roll-policy.ts';
import { Segment } from './segment.ts';
import { removeSegment } from './segment-removal.ts';
import { readMarker } from './transaction-marker.ts';

/** Writes batches into one log: validates and stamps them, begins new segments, and keeps what is derived in step. */
export class LogAppender {
  readonly #state: LogState;
  readonly #durability: LogDurability;

  constructor(state: LogState, durability: LogDurability) {
    this.#state = state;
    this.#durability = durability;
  }

  appendAsLeader(given: Buffer, options: AppendOptions): AppendResult {
    const { leaderEpoch, origin = 'client', inspection } = options;
    const { config, name, environment, epochs, logStartOffset } = this.#state;
    assert(leaderEpoch >= epochs.latestEpoch, 'leader epochs never go down');
    const nowMs = environment.clock.nowMs();
    const validated = validateForLeader(given, { origin, config, partition: name, nowMs, inspection });
    if (validated.refusal !== undefined) return failed(validated.refusal, logStartOffset);
    const { records } = validated;
    for (const batch of validated.batches) {
      if (batch.producerId < 0) continue;
      const check = this.#checkSequence(records, batch, options);
      if (check.kind === 'reject') return failed(check, logStartOffset);
      if (check.kind === 'duplicate') return duplicated(check.batch, logStartOffset);
    }
    const stampTime = config.messageTimestampType === 'LogAppendTime' && origin !== 'raft';
    let offset = this.#state.logEndOffset;
    for (const { position, sizeInBytes, recordsCount } of validated.batches) {
      stampBaseOffset(records, position, offset);
      stampLeaderEpoch(records, position, leaderEpoch);
      if (stampTime) {
        stampTimestamp(records, position, { sizeInBytes, timestampMs: nowMs, isLogAppendTime: true });
      }
      offset += recordsCount;
    }
    return this.#append(wholeBatches(records, validated.batches), validated.batches, stampTime ? nowMs : -1);
  }

  appendAsFollower(records: Buffer, leaderEpoch: number): AppendResult {
    const { logStartOffset, logEndOffset } = this.#state;
    const isEmpty = logStartOffset === logEndOffset;
    const validated = validateForFollower(records, { logEndOffset, isEmpty, leaderEpoch });
    if (validated.refusal !== undefined) return failed(validated.refusal, logStartOffset);
    if (validated.batches.length === 0) return appended(logEndOffset, logEndOffset - 1, logStartOffset, -1);
    const whole = wholeBatches(records, validated.batches);
    if (baseOffsetAt(records, 0) < logEndOffset) return this.#appendAround(whole, validated.batches);
    return this.#append(whole, validated.batches, -1);
  }

  /** The log start lies within the first of the batches: the log begins with that one anew, its start stays. */
  #appendAround(records: Buffer, batches: readonly BatchInfo[]): AppendResult {
    const state = this.#state;
    const { logStartOffset, failure } = state;
    if (failure !== undefined) return storageError(failure, logStartOffset);
    if (state.isClosed) return this.#refuse('it is closed');
    restartLog(state, this.#durability, baseOffsetAt(records, 0));
    const result = this.#append(records, batches, -1);
    if (result.errorCode === ErrorCode.NONE) state.advanceStart(logStartOffset);
    return result;
  }

  /** Begins a new active segment at the log's end. When the disk refuses, nothing has changed. */
  roll(): void {
    const { segments, snapshots, producers, environment, logEndOffset } = this.#state;
    const { active } = segments;
    active.saveIndexes();
    const next = Segment.create(this.#state.segmentOptions(logEndOffset));
    try {
      snapshots.write(logEndOffset, producers.producers);
    } catch (error) {
      removeSegment(environment.disk, next);
      throw error;
    }
    active.seal();
    segments.push(next);
    this.#durability.flushInBackground();
  }

  #checkSequence(records: Buffer, batch: BatchInfo, options: AppendOptions): SequenceCheck {
    const { producers, config } = this.#state;
    if (batch.isControl) {
      const marker = readMarker(records.subarray(batch.position, batch.position + batch.sizeInBytes));
      if (marker !== undefined) {
        const { producerId, producerEpoch } = batch;
        const { coordinatorEpoch } = marker;
        const { transactionVersion = 0 } = options;
        return producers.checkMarker(producerId, { producerEpoch, coordinatorEpoch, transactionVersion });
      }
    }
    const verification =
      config.verifyTransactions && batch.isTransactional && !batch.isControl ? options : undefined;
    return options.origin === 'client' || options.origin === undefined
      ? producers.checkSequence(batch, verification)
      : producers.checkCoordinator(batch, verification);
  }

  /** Writes batches whose offsets are final, then takes them into everything that is derived from the log. */
  #append(records: Buffer, batches: readonly BatchInfo[], logAppendTimeMs: number): AppendResult {
    const state = this.#state;
    const { epochs, segments } = state;
    if (state.failure !== undefined) return storageError(state.failure, state.logStartOffset);
    if (state.isClosed) return this.#refuse('it is closed');
    if (state.space?.isShort === true) return this.#refuse('the disk is full');
    const baseOffset = baseOffsetAt(records, 0);
    assert(baseOffset >= state.logEndOffset, 'offsets of a log ascend');
    let start: number;
    try {
      if (this.#durability.mustSaveEpochs) this.#saveNewEpoch(new BatchInfo(records, 0, 0));
      this.#rollIfNeeded(records, batches);
      assert(segments.active.baseOffset <= baseOffset, 'a batch lies at or after its segment');
      start = segments.active.sizeInBytes;
      segments.active.write(records);
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      return this.#refuse(messageOf(error));
    }
    // From here on the disk is not asked: what is written is also in the log.
    const segment = segments.active;
    let lastOffset = -1;
    for (const { position } of batches) {
      const batch = new BatchInfo(records, position, start + position);
      segment.index(batch);
      epochs.assign(batch.leaderEpoch, batch.baseOffset);
      const aborted = applyToProducers(state.producers, batch, () =>
        records.subarray(position, position + batch.sizeInBytes),
      );
      if (aborted !== undefined) segment.aborted.push(aborted);
      lastOffset = batch.lastOffset;
    }
    state.advanceEnd(lastOffset + 1);
    state.recent.push(baseOffset, state.logEndOffset, records);
    this.#durability.flushIfDue();
    return appended(baseOffset, lastOffset, state.logStartOffset, logAppendTimeMs);
  }

  #saveNewEpoch(first: BatchInfo): void {
    const { epochs } = this.#state;
    if (first.leaderEpoch === epochs.latestEpoch) return;
    epochs.assign(first.leaderEpoch, first.baseOffset);
    epochs.save();
  }

  #refuse(reason: string): AppendResult {
    this.#state.logger.error('an append failed', { directory: this.#state.directory, reason });
    return storageError(reason, this.#state.logStartOffset);
  }

  #rollIfNeeded(records: Buffer, batches: readonly BatchInfo[]): void {
    const { segments, config, environment } = this.#state;
    const last = new BatchInfo(records, batches.at(-1)?.position ?? 0, 0);
    const incoming = {
      bytes: records.length,
      batches: batches.length,
      lastOffset: last.lastOffset,
      maxTimestamp: last.maxTimestamp,
    };
    if (mustRoll(segments.active, incoming, config, environment.clock.nowMs())) this.roll();
  }
}

/** Leaves out what follows the last whole batch. */
function wholeBatches(records: Buffer, batches: readonly BatchInfo[]): Buffer {
  const last = batches.at(-1);
  const end = last === undefined ? 0 : last.position + last.sizeInBytes;
  return end === records.length ? records : records.subarray(0, end);
}

export function storageError(reason: string, logStartOffset: number): AppendResult {
  return failed(
    { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, message: `the log cannot be written: ${reason}` },
    logStartOffset,
  );
}
