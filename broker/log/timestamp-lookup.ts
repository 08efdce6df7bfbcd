import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { LogState } from './log-state.ts';
import type { TimestampedOffset } from './read-result.ts';
import { findOffsetForTimestamp, LargeBatch, type TimestampTarget } from './timestamp-search.ts';
import { task } from './timestamp-task.ts';

/** What a search by time finds; an error code where the log is damaged on the way. */
export type Lookup = TimestampedOffset | null | ErrorCode;

interface BoundedTarget extends TimestampTarget {
  readonly upperBoundOffset: number;
}

/** Searches a log by time; beside the event loop where the record must be in a large batch. */
export function lookUpTimestamp(state: LogState, target: BoundedTarget): Lookup | Promise<Lookup> {
  try {
    const found = findOffsetForTimestamp(state.segments.all, target);
    if (found instanceof LargeBatch) return lookInto(found, state, target);
    return found === null || found.offset >= target.upperBoundOffset ? null : found;
  } catch (error) {
    return state.onReadFailure(error);
  }
}

async function lookInto(batch: LargeBatch, state: LogState, target: BoundedTarget): Promise<Lookup> {
  const { timestamp, fromOffset, upperBoundOffset } = target;
  const { workers } = state.environment;
  try {
    const input = { batch: batch.bytes, timestamp, fromOffset };
    const found = await (workers === undefined ? task.run(input) : workers.run(task, input));
    if (state.isClosed) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    // Its header told of a time that no record of it has, or none from that offset on.
    if (found === null) return lookUpTimestamp(state, { ...target, fromOffset: batch.nextOffset });
    return found.offset >= upperBoundOffset ? null : { ...found, leaderEpoch: batch.leaderEpoch };
  } catch (error) {
    return state.onReadFailure(error);
  }
}
