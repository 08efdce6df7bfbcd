import type { WorkerTask } from '../../src/base/environment.ts';
import { addExactInt64 } from '../../src/base/int64.ts';
import { tooLarge } from '../../src/protocol/compression/corrupt.ts';
import { decompressPieces } from '../../src/protocol/compression/decompress-pieces.ts';
import { BatchView } from '../../src/protocol/records/batch-view.ts';
import { RecordScanner } from '../../src/protocol/records/record-scanner.ts';
import { RecordChecks } from './record-checks.ts';
import { changesCodec } from './recompression.ts';
import { type Inspection, inspectRecords, type RecordRules, refusedInspection } from './record-validation.ts';

/** A batch to look into, with the rules of its topic. */
interface InspectionInput {
  readonly batch: Uint8Array;
  readonly rules: RecordRules;
}

/**
 * Looks into a batch that is too large for the event loop; no more than a piece of its records is in memory, unless they get
 * another codec.
 */
export const task: WorkerTask<InspectionInput, Inspection> = {
  module: import.meta.url,
  async run({ batch, rules }) {
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength);
    try {
      const view = new BatchView(bytes);
      // What gets another codec is needed whole.
      if (changesCodec(rules.target, view.attributes)) return inspectRecords(bytes, rules);
      return await scan(view, rules);
    } catch (error) {
      return refusedInspection(error, rules);
    }
  },
};

async function scan(batch: BatchView, rules: RecordRules): Promise<Inspection> {
  const { compression, exactBaseTimestamp } = batch;
  const checks = new RecordChecks(rules);
  let isSound = true;
  const scanner = new RecordScanner(batch.recordsCount, {
    visit: (timestampDelta, offsetDelta, keyLength) => {
      isSound &&= checks.check(addExactInt64(exactBaseTimestamp, timestampDelta), offsetDelta, keyLength);
    },
  });
  let total = 0;
  for await (const piece of decompressPieces(compression, batch.payload)) {
    total += piece.length;
    if (total > rules.decompressedBytesMax) throw tooLarge(compression, rules.decompressedBytesMax);
    scanner.push(piece);
    if (!isSound) return checks.result();
  }
  scanner.end();
  return checks.result();
}
