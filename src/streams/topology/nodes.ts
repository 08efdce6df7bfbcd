import type { Erased } from '../erased.ts';
import type { StreamPartitioner, TopicNameExtractor } from '../functions.ts';
import type { OperatorSettings } from '../operators/operator-registry.ts';
import type { Serde } from '../serde.ts';
import type { TimestampExtractor } from '../timestamp-extractor.ts';

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  readonly topics: readonly string[];
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly timestampExtractor: Erased<TimestampExtractor>;
  readonly offsetReset: 'earliest' | 'latest' | undefined;
}

/** A node that works on records: what its operator does is data, of which each task makes its own. */
export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly parents: readonly string[];
  readonly stores: readonly string[];
  readonly operator: OperatorSettings;
}

export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly parents: readonly string[];
  readonly topic: string | Erased<TopicNameExtractor<unknown, unknown>>;
  readonly keySerde: Serde<unknown>;
  readonly valueSerde: Serde<unknown>;
  readonly partitioner: Erased<StreamPartitioner<unknown, unknown>> | undefined;
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode;
