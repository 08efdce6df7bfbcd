import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../src/protocol/records/decode-batch.ts';

interface TransactionMarker {
  readonly isAbort: boolean;
  readonly coordinatorEpoch: number;
}

const ABORT = 0;
const COMMIT = 1;

/**
 * Reads the one record of a control batch: key `version int16, type int16`, value `version int16, coordinator epoch
 * int32`. Undefined for control records that end no transaction (those of KRaft) and for an empty batch.
 */
export function readMarker(batch: Buffer): TransactionMarker | undefined {
  try {
    return decodeMarker(batch);
  } catch {
    // Control records that cannot be read end nothing, as those of a type that is not known.
    return undefined;
  }
}

function decodeMarker(batch: Buffer): TransactionMarker | undefined {
  const iterator = new RecordIterator(new BatchView(batch));
  if (!iterator.next() || iterator.keyLength < 4 || iterator.valueLength < 6) return undefined;
  const type = iterator.bytes.readInt16BE(iterator.keyStart + 2);
  if (type !== ABORT && type !== COMMIT) return undefined;
  return { isAbort: type === ABORT, coordinatorEpoch: iterator.bytes.readInt32BE(iterator.valueStart + 2) };
}
