import type { WorkerTask } from '../../src/base/environment.ts';
import { addExactInt64, type ExactInt64 } from '../../src/base/int64.ts';
import { decompressPieces } from '../../src/protocol/compression/decompress-pieces.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordScanner } from '../../src/protocol/records/record-scanner.ts';
import type { TimestampTarget } from './timestamp-search.ts';

interface TimestampInput extends TimestampTarget {
  readonly batch: Uint8Array;
}

interface Found {
  readonly offset: number;
  readonly timestamp: ExactInt64;
}

/** Looks for a record by its time in a batch that is too large for the event loop, as `findOffsetForTimestamp` does. */
export const task: WorkerTask<TimestampInput, Found | null> = {
  module: import.meta.url,
  async run({ batch: bytes, timestamp, fromOffset }) {
    const batch = new BatchView(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const { baseOffset, exactBaseTimestamp, exactMaxTimestamp, isLogAppendTime } = batch;
    const found: Found[] = [];
    const scanner = new RecordScanner(batch.recordsCount, {
      visit: (timestampDelta, offsetDelta) => {
        if (found.length > 0) return;
        const at = isLogAppendTime ? exactMaxTimestamp : addExactInt64(exactBaseTimestamp, timestampDelta);
        const offset = baseOffset + offsetDelta;
        if (Number(at) >= timestamp && offset >= fromOffset) found.push({ offset, timestamp: at });
      },
    });
    for await (const piece of decompressPieces(batch.compression, batch.payload)) {
      scanner.push(piece);
      if (found.length > 0) break;
    }
    return found[0] ?? null;
  },
};
