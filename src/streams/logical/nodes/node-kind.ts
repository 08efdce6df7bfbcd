import type { Erased } from '../../erased.ts';
import type { StreamPartitioner } from '../../functions.ts';
import type { OperatorSettings } from '../../operators/operator-registry.ts';
import type { TableViewSettings } from '../../operators/table-view.ts';
import type { Serde } from '../../serde.ts';
import type { StoreDefinition } from '../../state/store-definition.ts';
import type { TopologyDraft } from '../../topology/topology-draft.ts';
import type { LogicalNode } from './logical-node.ts';
import type { TableNode } from './node.ts';

/** The names of what a logical node becomes. */
export interface NodeNames {
  /** What later operators are named after. */
  readonly name: string;
  /** The node of the topology that children attach to. */
  readonly node: string;
  /** The store that the application can ask for rows. */
  readonly queryable?: string | undefined;
}

/** The nodes between two parts of a topology that meet in an internal topic. */
export interface RepartitionNames {
  readonly topic: string;
  /** Undefined where records of a null key never get as far. */
  readonly filter: string | undefined;
  readonly sink: string;
  readonly source: string;
}

/**
 * Hands out names as Kafka Streams does: one counter for nodes and stores, advanced in the order of the calls, and used
 * up even where a name was given or is not needed.
 */
export interface NameTaker {
  /** Uses up a number. Nothing is called by the name yet. */
  generated(prefix: string): string;
  /** The name of a node: the one that was given, or a generated one. */
  node(given: string | undefined, prefix: string): string;
  /** The name of one of several nodes: the given one with a suffix, or a generated one. */
  suffixed(given: string | undefined, suffix: string, prefix: string): string;
  /** The same for what is no node, or not in all cases. */
  suffixedName(given: string | undefined, suffix: string, prefix: string): string;
  /** The name of a store. No number is used up where one was given. */
  store(given: string | undefined, prefix: string): string;
  /** Says that a node is called so. @throws {DiagnosticError} where another one is. */
  claimNode(name: string): string;
  claimStore(name: string): string;
  /** Says which topics a source reads. @throws {DiagnosticError} where another source reads one of them. */
  claimTopics(source: string, topics: readonly string[]): void;
  /** The source that reads exactly these topics already. */
  sourceOf(topics: readonly string[]): string | undefined;
  /** Names the topic that an input has to pass; undefined where it has not to. */
  repartition(index: number, topic: string): RepartitionNames | undefined;
  /** The same, with names that were taken before. Where the topic is shared, it has its first names. */
  nameRepartition(index: number, names: RepartitionNames): RepartitionNames | undefined;
  /** The names of another node. */
  of(node: LogicalNode): NodeNames;
}

/** What a node needs of an input: that records of one key are in one partition. */
export interface Requirement {
  readonly when: 'key-changed' | 'always';
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  /** How values are sent, where not by their own serde alone. */
  readonly sent?: (valueSerde: Serde<unknown>) => Serde<unknown>;
  /** Enforced where given; otherwise that of the upstream topics. */
  readonly partitions?: number | undefined;
  readonly partitioner?: Erased<StreamPartitioner<unknown, unknown>> | undefined;
  /** All inputs that say the same here pass one topic: the latest. */
  readonly sharedBy?: LogicalNode | undefined;
  /** The topic is a new one, whatever there is to share. */
  readonly isNew?: boolean;
}

/**
 * Where the rows of a table are: in a store that it always has, in one that it has where somebody needs its rows, or in the
 * stores of the tables that they are made of.
 */
type TableRows = 'store' | 'store-on-demand' | { readonly madeOf: readonly TableNode[] };

/** Where a table has its rows, and how an operator finds them. */
export interface TableBehaviour<N extends LogicalNode, Names extends NodeNames> {
  rows(node: N): TableRows;
  view(node: N, names: Names, viewOf: (table: TableNode) => TableViewSettings): TableViewSettings;
}

/** What a node is made of when it becomes part of a topology. */
export interface Lowering<Names extends NodeNames> {
  readonly names: Names;
  readonly topology: TopologyDraft;
  /** The nodes that read this one. */
  readonly readers: readonly LogicalNode[];
  readonly sendsOldValues: boolean;
  /** Whether a table that is fed by records is kept in a store. */
  readonly isKept: boolean;
  /** Whether a table is restored from the topic that it is read from. */
  readonly reusesSourceTopic: boolean;
  /** Whether both sides of a join are one stream, whose records are kept once. */
  readonly isSelfJoin: boolean;
  /** The node that an input's records come from: behind its internal topic, where it has one. */
  input(index: number): string;
  /** The source nodes of an input. */
  sources(index: number): readonly string[];
  /** Adds the one node that this one becomes. */
  processor(operator: OperatorSettings, stores?: readonly string[]): void;
  store(definition: StoreDefinition): void;
  /** Where an operator finds the rows of a table. */
  viewOf(table: TableNode): TableViewSettings;
}

/**
 * What the passes have to know of a kind of nodes. Nothing in here decides anything about other nodes: a kind says what
 * it needs, and the passes see to it.
 */
export interface NodeKind<N extends LogicalNode, Names extends NodeNames> {
  /** Takes its names, in the order in which Kafka Streams does. */
  names(node: N, take: NameTaker): Names;
  /** Refuses what cannot be, while the application's call is still running. @throws {DiagnosticError} */
  check?(node: N, names: Names, namesOf: (node: LogicalNode) => NodeNames): void;
  /** What it needs of each of its inputs; always there where it keeps something of the records of a stream. */
  requires?(node: N): readonly (Requirement | undefined)[];
  /** The topics of its inputs must have equally many partitions. */
  readonly copartitioned?: boolean;
  /** Whether records with a null key have a result here, so that none may be dropped on the way (KIP-962). */
  takesNullKeys?(node: N): boolean;
  /** The tables whose rows it looks up. */
  looksUp?(node: N): readonly TableNode[];
  /** The tables that have to tell it their old values, which are kept for that. */
  needsOldValues?(node: N): readonly TableNode[];
  /** The table whose old values it takes and tells where they are known anyway. */
  takesOldValues?(node: N): TableNode;
  readonly table?: TableBehaviour<N, Names>;
  /** Adds what it becomes. Returns the sources of its records where they are not those of its inputs. */
  lower(node: N, into: Lowering<Names>): readonly string[] | void;
}

/** Types a kind; which node has which names is forgotten where kinds are kept together. */
export function nodeKind<N extends LogicalNode, Names extends NodeNames = NodeNames>(
  kind: NodeKind<N, Names>,
): NodeKind<N, Names> {
  return kind;
}

/** The names of a node that becomes one of the same name. */
export function oneNode(name: string): NodeNames {
  return { name, node: name };
}
