import { encodeStruct, encodeVersioned } from '../codec.ts';
import type { MessageInput } from '../message.ts';
import { controlRecordType, endTxnMarker, leaderChangeMessage } from '../records-schemas/control-records.ts';
import { BatchBuilder, type BatchHeader } from './batch-builder.ts';

/** The kinds of control records, which mark places in a log and are hidden from consumers. */
export const ControlRecordType = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const;

export type ControlRecordType = (typeof ControlRecordType)[keyof typeof ControlRecordType];

export interface ControlRecord {
  readonly type: ControlRecordType;
  readonly value: Buffer;
}

/** A batch of control records, each of which has a key of two bytes of version and two of type. */
export function controlBatch(
  records: readonly ControlRecord[],
  options: BatchHeader & { readonly timestamp: number },
): Buffer {
  const builder = new BatchBuilder(256);
  for (const { type, value } of records) {
    builder.append(encodeVersioned(controlRecordType, 0, { type }), value, options.timestamp);
  }
  return builder.build({ ...options, isControl: true });
}

/** The record that ends a producer's transaction in a partition (KIP-98); its value begins with its version. */
export function endTransactionRecord(marker: {
  readonly commit: boolean;
  readonly coordinatorEpoch: number;
}): ControlRecord {
  return {
    type: marker.commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT,
    value: encodeVersioned(endTxnMarker, 0, { coordinatorEpoch: marker.coordinatorEpoch }),
  };
}

/** The record that a new leader of the metadata quorum begins its epoch with (KIP-595); its version is a field of it. */
export function leaderChangeRecord(change: MessageInput<typeof leaderChangeMessage>): ControlRecord {
  const version = change.version ?? 0;
  return { type: ControlRecordType.LEADER_CHANGE, value: encodeStruct(leaderChangeMessage, version, change) };
}

/** The type in the key of a control record, or undefined for a kind that we do not know and that must be ignored. */
export function controlRecordTypeOf(key: Buffer): ControlRecordType | undefined {
  if (key.length < 4) return undefined;
  const type = key.readInt16BE(2);
  return type >= ControlRecordType.ABORT && type <= ControlRecordType.KRAFT_VOTERS
    ? (type as ControlRecordType)
    : undefined;
}
