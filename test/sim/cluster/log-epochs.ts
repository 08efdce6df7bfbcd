import type { SimulatedMedium } from '../simulated-disk.ts';
import { batchesAt, segmentsAt } from './disk-view.ts';

/** Where the records of a leader epoch begin in a log. */
export interface EpochStart {
  readonly epoch: number;
  readonly startOffset: number;
}

/** What the batches of a log say of its leader epochs. */
export interface LogEpochs {
  /** Those that have records, in order. */
  readonly starts: readonly EpochStart[];
  readonly endOffset: number;
}

/** Where the records of an epoch end in a log, and which epoch that is where the log has none of the one in question. */
export interface EpochEnd {
  readonly epoch: number;
  readonly endOffset: number;
}

/** Reads all batches of a log as the disk has it. */
export function epochsAt(medium: SimulatedMedium, log: string): LogEpochs {
  const starts: EpochStart[] = [];
  let endOffset = 0;
  for (const { partitionLeaderEpoch: epoch, baseOffset, nextOffset } of batchesAt(segmentsAt(medium, log))) {
    if (epoch !== starts.at(-1)?.epoch) starts.push({ epoch, startOffset: baseOffset });
    endOffset = nextOffset;
  }
  return { starts, endOffset };
}

/**
 * The end of the largest epoch up to `epoch`, of an epoch that is over (KIP-101); undefined where the log has none, or where
 * that is its last one.
 */
export function endOfEpoch({ starts }: LogEpochs, epoch: number): EpochEnd | undefined {
  const at = starts.findLastIndex((each) => each.epoch <= epoch);
  const [known, next] = [starts[at], starts[at + 1]];
  return known === undefined || next === undefined
    ? undefined
    : { epoch: known.epoch, endOffset: next.startOffset };
}
