import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { ClassicGroup } from './classic-group.ts';
import {
  CoordinatorLogError,
  type CoordinatorLog,
  type CoordinatorRecord,
  errorOfAppend,
} from '../coordinator-log.ts';
import type { GroupCoordinatorOptions } from './group-requests.ts';
import { groupRecord } from './group-records.ts';

/** What became of an append: where the first record is, or the error that clients are told. */
type AppendResult =
  | { readonly errorCode: typeof ErrorCode.NONE; readonly firstOffset: number }
  | { readonly errorCode: number; readonly firstOffset: undefined };

/** Writes the records of groups to the partitions that hold them. */
export class GroupJournal {
  readonly #log: CoordinatorLog;
  readonly #partitionFor: (groupId: string) => number;
  readonly #onTooLarge: GroupCoordinatorOptions['onTooLarge'];

  constructor(
    { log, onTooLarge }: Pick<GroupCoordinatorOptions, 'log' | 'onTooLarge'>,
    partitionFor: (groupId: string) => number,
  ) {
    this.#log = log;
    this.#onTooLarge = onTooLarge;
    this.#partitionFor = partitionFor;
  }

  /** Writes records of one group; resolves when they are committed, or to an error. */
  async append(groupId: string, records: readonly CoordinatorRecord[]): Promise<AppendResult> {
    try {
      const last = await this.#log.append(this.#partitionFor(groupId), records);
      return { errorCode: ErrorCode.NONE, firstOffset: last - records.length + 1 };
    } catch (error) {
      // Any other error is a bug, and is for the caller of the request to see.
      if (!(error instanceof CoordinatorLogError)) throw error;
      // What clients are told does not say so: the protocol has no error of a group for it.
      if (isTooLarge(error.code)) this.#onTooLarge?.(groupId, sizeOf(records));
      return { errorCode: errorOfAppend(error.code), firstOffset: undefined };
    }
  }

  /** Writes the state of a group; resolves to NONE or to the error that members are told. */
  async writeGroup(group: ClassicGroup, assignments?: ReadonlyMap<string, Buffer>): Promise<number> {
    const { errorCode } = await this.append(group.groupId, [groupRecord(group, assignments)]);
    return errorCode;
  }
}

const isTooLarge = (errorCode: number): boolean =>
  errorCode === ErrorCode.MESSAGE_TOO_LARGE || errorCode === ErrorCode.RECORD_LIST_TOO_LARGE;

const sizeOf = (records: readonly CoordinatorRecord[]): number =>
  records.reduce((sum, { key, value }) => sum + key.length + (value?.length ?? 0), 0);
