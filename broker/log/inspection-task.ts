import type { WorkerTask } from '../../src/base/environment.ts';
import { type Inspection, inspectRecords, type RecordRules } from './record-validation.ts';

/** A batch to look into, with the rules of its topic. */
export interface InspectionInput {
  readonly batch: Uint8Array;
  readonly rules: RecordRules;
}

/** Looks into a batch that is too large for the event loop. */
export const task: WorkerTask<InspectionInput, Inspection> = {
  module: import.meta.url,
  run: ({ batch, rules }) =>
    inspectRecords(Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength), rules),
};
