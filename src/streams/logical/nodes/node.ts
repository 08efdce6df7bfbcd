import type { Serde } from '../../serde.ts';
import type { LogicalNode } from './logical-node.ts';

/** What all nodes of a logical plan have. They are frozen; a plan is the list of them in the order of the DSL's calls. */
interface NodeBase<Kind extends string> {
  readonly kind: Kind;
  /** The nodes that it reads. */
  readonly inputs: readonly LogicalNode[];
  /** What the application called it. */
  readonly name: string | undefined;
}

interface Serdes {
  /** Undefined behind an operator that changed the type and was given no serde. */
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
}

export interface StreamBase<Kind extends string> extends NodeBase<Kind>, Serdes {
  readonly shape: 'stream';
  /** The key may have changed since the records were partitioned by it. */
  readonly keyChanged: boolean;
  readonly changes: RecordChange;
}

/**
 * What is other in the records of a stream than in those of its input: `everything` where they are records of their own,
 * as those of a join. A topic that they pass may be moved up past what changes nothing.
 */
type RecordChange = 'nothing' | 'value' | 'key' | 'everything';

export interface TableBase<Kind extends string> extends NodeBase<Kind>, Serdes {
  readonly shape: 'table';
  /** The store that the application named, and can ask for rows under that name. */
  readonly storeName: string | undefined;
  /** Its changes may be out of order, and say so. */
  readonly versioned: boolean;
  /** How long after its end a window may still change; undefined for tables that are not windowed. */
  readonly closeAfterMs: number | undefined;
}

/** Leads nowhere by itself: what reads it asks for more. */
export interface PlainBase<Kind extends string> extends NodeBase<Kind> {
  readonly shape: 'plain';
}

export type StreamNode = Extract<LogicalNode, { readonly shape: 'stream' }>;
export type TableNode = Extract<LogicalNode, { readonly shape: 'table' }>;

type StreamFields = Pick<StreamNode, 'shape' | 'keySerde' | 'valueSerde' | 'keyChanged' | 'changes'>;

/** The same records as the input's, or some of them. */
export function sameStream(input: StreamNode): StreamFields {
  const { keySerde, valueSerde, keyChanged } = input;
  return { shape: 'stream', keySerde, valueSerde, keyChanged, changes: 'nothing' };
}

/** Other values under the keys of the input. */
export function streamOfValues(input: StreamNode, valueSerde: Serde<unknown> | undefined): StreamFields {
  return { ...sameStream(input), valueSerde, changes: 'value' };
}

/** Records with keys of their own. */
export function rekeyedStream(serdes: {
  readonly keySerde?: Serde<unknown>;
  readonly valueSerde?: Serde<unknown>;
}): StreamFields {
  const { keySerde, valueSerde } = serdes;
  return { shape: 'stream', keySerde, valueSerde, keyChanged: true, changes: 'key' };
}

/** Freezes a node that has just been made. */
export function frozen<N extends LogicalNode>(node: N): N {
  Object.freeze(node.inputs);
  return Object.freeze(node);
}
