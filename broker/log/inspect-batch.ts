import type { Environment } from '../../src/base/environment.ts';
import { DecompressedTooLargeError } from '../../src/protocol/compression/corrupt.ts';
import { mustInspect, recordRules } from './batch-validation.ts';
import { task } from './inspection-task.ts';
import type { LogConfig } from './log-config.ts';
import { type Inspection, inspectRecords } from './record-validation.ts';

/** What may be decompressed on the event loop: about two milliseconds, whatever the codec. */
const LOOP_BYTES_MAX = 1024 * 1024;
/** A batch of more compressed bytes than that would hardly stay below it. */
const LOOP_COMPRESSED_BYTES_MAX = LOOP_BYTES_MAX / 4;

/**
 * Looks into a compressed batch: at once where that is quick, else beside the event loop.
 * @returns undefined where the topic's producers are trusted.
 */
export function inspectBatch(
  partition: { readonly topic: string; readonly index: number; readonly config: { readonly log: LogConfig } },
  batch: Buffer,
  { clock, workers }: Pick<Environment, 'clock' | 'workers'>,
): Inspection | Promise<Inspection> | undefined {
  const config = partition.config.log;
  if (!mustInspect(config) || batch.length > config.maxMessageBytes) return undefined;
  const name = `${partition.topic}-${partition.index}`;
  const rules = recordRules({ config, partition: name, nowMs: clock.nowMs() });
  if (workers === undefined) return inspectRecords(batch, rules);
  if (batch.length <= LOOP_COMPRESSED_BYTES_MAX) {
    try {
      return inspectRecords(batch, rules, { decompressedBytesMax: LOOP_BYTES_MAX });
    } catch (error) {
      if (!(error instanceof DecompressedTooLargeError)) throw error;
    }
  }
  // Bytes of their own: to send a view to another thread would copy all that it is a view on.
  return workers.run(task, { batch: new Uint8Array(batch), rules });
}
