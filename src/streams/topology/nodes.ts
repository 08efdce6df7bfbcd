import type { OperatorFunction } from 'rxjs';
import type { StreamPartitioner, TopicNameExtractor } from '../builder/functions.ts';
import type { Operator, OperatorContext } from '../operators/operator.ts';
import type { StreamRecord } from '../record.ts';
import type { Serde } from '../serde.ts';
import type { TimestampExtractor } from '../timestamp-extractor.ts';

/** Any record; the builder's types have made sure that it is the right one. */
export type AnyRecord = StreamRecord<unknown, unknown>;

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  readonly topics: readonly string[];
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly timestampExtractor: TimestampExtractor;
  readonly offsetReset: 'earliest' | 'latest' | undefined;
}

/**
 * A node that works on records. `rx` nodes are stateless and synchronous: neighbours are fused into one RxJS pipeline.
 * `operator` nodes have state, or choose among their children.
 */
export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly parents: readonly string[];
  readonly stores: readonly string[];
  readonly factory: NodeFactory;
}

export type NodeFactory =
  | {
      readonly type: 'rx';
      /** What it forwards has the key of what it got: stores behind it can be prefetched by the source's keys. */
      readonly keepsKey: boolean;
      readonly create: (context: OperatorContext) => OperatorFunction<AnyRecord, AnyRecord>;
    }
  | {
      readonly type: 'operator';
      readonly keepsKey: boolean;
      readonly create: (context: OperatorContext) => Operator;
    };

export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly parents: readonly string[];
  readonly topic: string | TopicNameExtractor<unknown, unknown>;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly partitioner: StreamPartitioner<unknown, unknown> | undefined;
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode;
