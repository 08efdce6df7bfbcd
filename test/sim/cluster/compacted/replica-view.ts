import { batchesOf, type BatchView } from '../../../../src/protocol/records/batch-view.ts';
import { ControlRecordType, controlRecordTypeOf } from '../../../../src/protocol/records/control-record.ts';
import { decodeBatch } from '../../../../src/protocol/records/decode-batch.ts';

interface Visible {
  readonly key: string;
  readonly offset: number;
  /** null for a tombstone. */
  readonly value: string | null;
}

/** What one replica of a compacted partition holds, apart from its bytes. */
export interface ReplicaView {
  /** Every record with its key, aborted ones too, by offset. */
  readonly records: ReadonlyMap<number, string>;
  /** The last committed value of each key; keys whose last write is a tombstone are left out. */
  readonly values: ReadonlyMap<string, Visible>;
}

/** Reads a row of batches up to an offset. */
export function replicaView(bytes: Buffer, endOffset: number): ReplicaView {
  const records = new Map<number, string>();
  const last = new Map<string, Visible>();
  /** Records of transactions, by producer, until the marker. */
  const waiting = new Map<number, Visible[]>();
  const see = (visible: Visible): void => {
    if ((last.get(visible.key)?.offset ?? -1) < visible.offset) last.set(visible.key, visible);
  };
  for (const batch of batchesOf(bytes)) {
    if (batch.baseOffset >= endOffset) break;
    const { producerId } = batch;
    if (batch.isControl) {
      if (isCommit(batch)) waiting.get(producerId)?.forEach(see);
      waiting.delete(producerId);
      continue;
    }
    for (const { offset, key, value } of decodeBatch(batch)) {
      const visible = { key: textOf(key) ?? '', offset, value: textOf(value) };
      records.set(offset, `${visible.key}=${visible.value}`);
      if (!batch.isTransactional) see(visible);
      else waiting.set(producerId, [...(waiting.get(producerId) ?? []), visible]);
    }
  }
  // Without a marker it is not aborted, as for a reader.
  for (const visible of waiting.values()) visible.forEach(see);
  return { records, values: new Map([...last].filter(([, { value }]) => value !== null)) };
}

/**
 * The first difference between two replicas of a compacted partition: each is compacted at its own times, so records may be
 * missing in one of them, but what both have is the same, and so are the last values.
 *
 * @param options.values whether the last values are looked at: not where retention may have taken them in one of them.
 */
export function differenceOf(
  one: ReplicaView,
  other: ReplicaView,
  options: { readonly values: boolean },
): string | undefined {
  for (const [offset, record] of one.records) {
    const there = other.records.get(offset);
    if (there !== undefined && there !== record) return `${record} and ${there} are both at ${offset}`;
  }
  if (!options.values) return undefined;
  for (const key of new Set([...one.values.keys(), ...other.values.keys()])) {
    const a = one.values.get(key);
    const b = other.values.get(key);
    if (a?.offset === b?.offset && a?.value === b?.value) continue;
    return `the last value of ${key} is ${shown(a)}, and ${shown(b)}`;
  }
  return undefined;
}

function shown(visible: Visible | undefined): string {
  return visible === undefined ? 'missing' : `${visible.value} at ${visible.offset}`;
}

function isCommit(batch: BatchView): boolean {
  const [record] = decodeBatch(batch);
  const type = record?.key === null || record === undefined ? undefined : controlRecordTypeOf(record.key);
  return type === ControlRecordType.COMMIT;
}

function textOf(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('latin1');
}
