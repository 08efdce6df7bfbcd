import { compactionMutations } from '../../mutations/compaction.ts';
import { asSimulated } from './as-simulated.ts';
import type { SimulatedBug } from './simulated-bug.ts';

const kind = 'compaction';

export const compactionBugs: readonly SimulatedBug[] = asSimulated(kind, compactionMutations, [
  'compaction keeps the first record of a key',
  'compaction drops what its map has not seen',
  'compaction drops tombstones at once',
  'compaction lets a later value be replaced by one that was aborted',
  'compaction goes beyond the last stable offset',
  'compaction believes in markers that are not synced',
  'compaction forgets the last batch of a producer',
  'a cleaning that a truncation has overtaken replaces the segments all the same',
  'what is in memory of a segment outlives its compaction',
  'a start begins with producers whose markers have been compacted away',
]);
