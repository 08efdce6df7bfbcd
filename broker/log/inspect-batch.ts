import type { Environment } from '../../src/base/environment.ts';
import { BATCH_HEADER_BYTES, COMPRESSION_MASK } from '../../src/protocol/records/batch-format.ts';
import { attributesAt } from '../../src/protocol/records/batch-header.ts';
import { mustInspect, recordRules } from './batch-validation.ts';
import { task } from './inspection-task.ts';
import type { LogConfig, TargetCompression } from './log-config.ts';
import { changesCodec } from './recompression.ts';
import { type Inspection, inspectRecords, inspectSmallRecords } from './record-validation.ts';

/** What may be walked over on the event loop: about two milliseconds, whatever the codec. */
const LOOP_BYTES_MAX = 1024 * 1024;
/** A compressed batch of more than this part of it would hardly stay below it. */
const LOOP_RATIO = 4;

/** Records that may be put under another codec on the event loop: gzip takes two milliseconds for them. */
const LOOP_RECOMPRESSED_BYTES_MAX = 64 * 1024;
/** Of zstd from this level on, and of lz4 at any level but that of its fast compressor, hardly any. */
const SLOW_ZSTD_LEVEL = 10;
const FAST_LZ4_LEVEL = 9;

/** Whether a batch has to be looked into before it is appended: it is compressed, or is going to be, or is large. */
export function isInspectedAhead(records: Buffer, { compression }: LogConfig): boolean {
  if (records.length <= BATCH_HEADER_BYTES) return false;
  const attributes = attributesAt(records, 0);
  return (
    (attributes & COMPRESSION_MASK) !== 0 ||
    records.length > LOOP_BYTES_MAX ||
    changesCodec(compression, attributes)
  );
}

function isSlow({ codec, level }: TargetCompression): boolean {
  if (level === undefined) return false;
  return codec === 'lz4' ? level !== FAST_LZ4_LEVEL : codec === 'zstd' && level >= SLOW_ZSTD_LEVEL;
}

/** How many bytes of records may be looked into on the event loop. */
function loopBytesMax({ compression }: LogConfig, attributes: number): number {
  if (compression === null || !changesCodec(compression, attributes)) return LOOP_BYTES_MAX;
  return isSlow(compression) ? 0 : LOOP_RECOMPRESSED_BYTES_MAX;
}

/**
 * Looks into a batch for which {@link isInspectedAhead}: at once where that is quick, else beside the event loop.
 * @returns undefined where the topic's producers are trusted.
 */
export function inspectBatch(
  partition: { readonly topic: string; readonly index: number; readonly config: { readonly log: LogConfig } },
  batch: Buffer,
  { clock, workers }: Pick<Environment, 'clock' | 'workers'>,
): Inspection | Promise<Inspection> | undefined {
  const config = partition.config.log;
  if (batch.length > config.maxMessageBytes) return undefined;
  const name = `${partition.topic}-${partition.index}`;
  const rules = recordRules({ config, partition: name, nowMs: clock.nowMs() });
  if (!mustInspect(config, rules, batch)) return undefined;
  if (workers === undefined) return inspectRecords(batch, rules);
  const attributes = attributesAt(batch, 0);
  const bytesMax = loopBytesMax(config, attributes);
  const isCompressed = (attributes & COMPRESSION_MASK) !== 0;
  if (batch.length <= (isCompressed ? bytesMax / LOOP_RATIO : bytesMax)) {
    const inspection = inspectSmallRecords(batch, rules, bytesMax);
    if (inspection !== undefined) return inspection;
  }
  // Bytes of their own: to send a view to another thread would copy all that it is a view on.
  return workers.run(task, { batch: new Uint8Array(batch), rules });
}
