import type { PlanRecorder } from '../logical/plan-recorder.ts';
import type { StreamNode, TableNode } from '../logical/nodes/node.ts';
import type { Change } from '../change.ts';
import type { StreamRecord } from '../record.ts';
import type { KStream } from './kstream.ts';
import type { KTable } from './ktable.ts';

/** What the handles of the DSL share: the plan that they write to, and how to make one another. */
export interface Dsl {
  readonly plan: PlanRecorder;
  stream<K, V>(node: StreamNode): KStream<K, V>;
  table<K, V>(node: TableNode): KTable<K, V>;
}

/** A stream as its {@link KStream} keeps it: a node of the plan, whose types only the compiler knows. */
export interface StreamDescriptor<K, V> {
  readonly dsl: Dsl;
  readonly node: StreamNode;
  /** Never there: the type of the records. */
  readonly record?: StreamRecord<K, V>;
}

/** A table as its {@link KTable} keeps it. */
export interface TableDescriptor<K, V> {
  readonly dsl: Dsl;
  readonly node: TableNode;
  /** Never there: the type of the changes. */
  readonly record?: StreamRecord<K, Change<V>>;
}
