import type { Grouping } from '../logical/nodes/grouping.ts';
import type { StreamRecord } from '../record.ts';
import type { EmitStrategy } from '../windows/emit-strategy.ts';
import type { Dsl } from './dsl.ts';

/** A grouped stream that has been given windows. */
export interface WindowedGrouping<K, V> {
  readonly dsl: Dsl;
  readonly group: Grouping;
  readonly emit: EmitStrategy;
  /** Never there: the type of the records. */
  readonly record?: StreamRecord<K, V>;
}
