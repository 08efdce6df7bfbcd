import type { Expression, Literal } from './expressions.ts';
import type { Node, SourceSpan } from './node.ts';
import type { Query } from './queries.ts';
import type { Duration, TypeNode } from './types.ts';

/** One `NAME = literal` of a WITH clause; names are upper-cased. */
export interface Property extends Node {
  readonly kind: 'Property';
  readonly name: string;
  readonly value: Literal;
}

export type ColumnConstraint =
  | { readonly kind: 'Key' }
  | { readonly kind: 'PrimaryKey' }
  /** `HEADERS`, or `HEADER('key')` with a key. */
  | { readonly kind: 'Headers'; readonly key?: string };

export interface ColumnDefinition extends Node {
  readonly kind: 'ColumnDefinition';
  readonly name: string;
  readonly type: TypeNode;
  readonly constraint?: ColumnConstraint;
}

export type SourceKind = 'STREAM' | 'TABLE';

/** `CREATE STREAM|TABLE name (columns) WITH (…)`. */
export interface CreateSource extends Node {
  readonly kind: 'CreateSource';
  readonly sourceKind: SourceKind;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  /** `CREATE SOURCE STREAM|TABLE`: read only. */
  readonly isSource: boolean;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly properties: readonly Property[];
}
/** `CREATE STREAM|TABLE name WITH (…) AS query`. */
export interface CreateSourceAs extends Node {
  readonly kind: 'CreateSourceAs';
  readonly sourceKind: SourceKind;
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
  readonly properties: readonly Property[];
  readonly query: Query;
}
export interface InsertInto extends Node {
  readonly kind: 'InsertInto';
  readonly target: string;
  /** Where the target alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  readonly properties: readonly Property[];
  readonly query: Query;
}
export interface InsertValues extends Node {
  readonly kind: 'InsertValues';
  readonly target: string;
  /** Where the target alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  /** Empty: all columns, in order. */
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
}
export interface QueryStatement extends Node {
  readonly kind: 'QueryStatement';
  readonly query: Query;
}
export interface DropSource extends Node {
  readonly kind: 'DropSource';
  readonly sourceKind: SourceKind;
  readonly name: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  readonly ifExists: boolean;
  readonly deleteTopic: boolean;
}
export interface DropType extends Node {
  readonly kind: 'DropType';
  readonly name: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  readonly ifExists: boolean;
}
export interface AlterSource extends Node {
  readonly kind: 'AlterSource';
  readonly sourceKind: SourceKind;
  readonly name: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  readonly columns: readonly ColumnDefinition[];
}
export interface AlterSystem extends Node {
  readonly kind: 'AlterSystem';
  readonly name: string;
  readonly value: string;
}
export interface CreateType extends Node {
  readonly kind: 'CreateType';
  readonly name: string;
  readonly type: TypeNode;
  readonly ifNotExists: boolean;
}
/** One `name TYPE` of a function; the name is that of its source, and keeps its case. */
export interface FunctionParameter extends Node {
  readonly kind: 'FunctionParameter';
  readonly name: string;
  readonly type: TypeNode;
}
/** `CREATE [AGGREGATE|TABLE] FUNCTION name(parameters) RETURNS type [STATE type] LANGUAGE word AS 'source'`. */
export interface CreateFunction extends Node {
  readonly kind: 'CreateFunction';
  readonly functionKind: 'SCALAR' | 'AGGREGATE' | 'TABLE';
  readonly orReplace: boolean;
  readonly ifNotExists: boolean;
  readonly name: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  readonly parameters: readonly FunctionParameter[];
  /** Of a table function: the type of one row. */
  readonly returns: TypeNode;
  /** What an aggregate function keeps of each group; absent: what it returns. */
  readonly state?: TypeNode;
  readonly language: string;
  readonly languageSpan: SourceSpan;
  readonly source: string;
  readonly sourceSpan: SourceSpan;
}
export interface DropFunction extends Node {
  readonly kind: 'DropFunction';
  readonly name: string;
  /** Where the name alone stands, for errors about it. */
  readonly nameSpan: SourceSpan;
  readonly ifExists: boolean;
}
export interface CreateConnector extends Node {
  readonly kind: 'CreateConnector';
  readonly connectorKind: 'SOURCE' | 'SINK';
  readonly name: string;
  readonly ifNotExists: boolean;
  readonly properties: readonly Property[];
}
export interface DropConnector extends Node {
  readonly kind: 'DropConnector';
  readonly name: string;
  readonly ifExists: boolean;
}
/** TERMINATE, PAUSE or RESUME; no query id means ALL. */
export interface QueryControl extends Node {
  readonly kind: 'QueryControl';
  readonly action: 'TERMINATE' | 'PAUSE' | 'RESUME';
  readonly queryId?: string;
}
export interface Explain extends Node {
  readonly kind: 'Explain';
  /** Exactly one of the two is there. */
  readonly queryId?: string;
  readonly statement?: Statement;
}
export type ShowSubject =
  | 'PROPERTIES'
  | 'TOPICS'
  | 'STREAMS'
  | 'TABLES'
  | 'FUNCTIONS'
  | 'TYPES'
  | 'VARIABLES'
  | 'QUERIES'
  | 'CONNECTORS'
  | 'CONNECTOR PLUGINS';
/** SHOW or LIST. */
export interface Show extends Node {
  readonly kind: 'Show';
  readonly subject: ShowSubject;
  readonly extended: boolean;
  /** SHOW ALL TOPICS. */
  readonly all: boolean;
  /** SHOW SOURCE|SINK CONNECTORS. */
  readonly connectorKind?: 'SOURCE' | 'SINK';
}
export interface Describe extends Node {
  readonly kind: 'Describe';
  readonly subject: 'SOURCE' | 'FUNCTION' | 'CONNECTOR' | 'STREAMS' | 'TABLES';
  /** Absent for STREAMS and TABLES. */
  readonly name?: string;
  readonly nameSpan?: SourceSpan;
  readonly extended: boolean;
}
export interface Print extends Node {
  readonly kind: 'Print';
  readonly topic: string;
  readonly fromBeginning: boolean;
  readonly interval?: number;
  readonly limit?: number;
}
export interface SetProperty extends Node {
  readonly kind: 'SetProperty';
  readonly name: string;
  readonly value: string;
}
export interface UnsetProperty extends Node {
  readonly kind: 'UnsetProperty';
  readonly name: string;
}
export interface DefineVariable extends Node {
  readonly kind: 'DefineVariable';
  readonly name: string;
  readonly value: string;
}
export interface UndefineVariable extends Node {
  readonly kind: 'UndefineVariable';
  readonly name: string;
}
export interface AssertTopic extends Node {
  readonly kind: 'AssertTopic';
  readonly topic: string;
  readonly exists: boolean;
  readonly properties: readonly Property[];
  readonly timeout?: Duration;
}
export interface AssertSchema extends Node {
  readonly kind: 'AssertSchema';
  readonly exists: boolean;
  readonly subject?: string;
  readonly id?: number;
  readonly timeout?: Duration;
}
/** `ASSERT VALUES source (columns) VALUES (…)`, of test scripts. */
export interface AssertValues extends Node {
  readonly kind: 'AssertValues';
  readonly target: string;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
}
/** `ASSERT NULL VALUES source (keys) KEY (…)`: expects a tombstone. */
export interface AssertTombstone extends Node {
  readonly kind: 'AssertTombstone';
  readonly target: string;
  readonly columns: readonly string[];
  readonly values: readonly Expression[];
}
/** `ASSERT STREAM|TABLE name (columns) WITH (…)`, of test scripts. */
export interface AssertSource extends Node {
  readonly kind: 'AssertSource';
  readonly sourceKind: SourceKind;
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  readonly properties: readonly Property[];
}
export interface RunScript extends Node {
  readonly kind: 'RunScript';
  readonly path: string;
}

export type Statement =
  | CreateSource
  | CreateSourceAs
  | InsertInto
  | InsertValues
  | QueryStatement
  | DropSource
  | DropType
  | AlterSource
  | AlterSystem
  | CreateType
  | CreateFunction
  | DropFunction
  | CreateConnector
  | DropConnector
  | QueryControl
  | Explain
  | Show
  | Describe
  | Print
  | SetProperty
  | UnsetProperty
  | DefineVariable
  | UndefineVariable
  | AssertTopic
  | AssertSchema
  | AssertValues
  | AssertTombstone
  | AssertSource
  | RunScript;
