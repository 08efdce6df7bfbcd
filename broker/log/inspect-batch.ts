import type { Environment } from '../../src/base/environment.ts';
import { BATCH_HEADER_BYTES, COMPRESSION_MASK } from '../../src/protocol/records/batch-format.ts';
import { attributesAt } from '../../src/protocol/records/batch-header.ts';
import { mustInspect, recordRules } from './batch-validation.ts';
import { task } from './inspection-task.ts';
import type { LogConfig } from './log-config.ts';
import { type Inspection, inspectRecords, inspectSmallRecords } from './record-validation.ts';

/** What may be walked over on the event loop: about two milliseconds, whatever the codec. */
const LOOP_BYTES_MAX = 1024 * 1024;
/** A compressed batch of more bytes than that would hardly stay below it. */
const LOOP_COMPRESSED_BYTES_MAX = LOOP_BYTES_MAX / 4;

/** Whether a batch has to be looked into before it is appended: it is compressed, or large. */
export function isInspectedAhead(records: Buffer): boolean {
  return isCompressed(records) || records.length > LOOP_BYTES_MAX;
}

function isCompressed(records: Buffer): boolean {
  return records.length > BATCH_HEADER_BYTES && (attributesAt(records, 0) & COMPRESSION_MASK) !== 0;
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
  if (batch.length <= LOOP_COMPRESSED_BYTES_MAX) {
    const inspection = inspectSmallRecords(batch, rules, LOOP_BYTES_MAX);
    if (inspection !== undefined) return inspection;
  }
  // Bytes of their own: to send a view to another thread would copy all that it is a view on.
  return workers.run(task, { batch: new Uint8Array(batch), rules });
}
