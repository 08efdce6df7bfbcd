import type { AggregateMethod } from '../functions/user/function-record.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { FunctionRegistry } from '../functions/registry.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SchemaFacts } from './schema-facts.ts';

/** Properties of the session or server, by name: `ksql.persistence.default.format.value` and so on. */
export type SessionProperties = Readonly<Record<string, string>>;

/** What a statement is analysed against. Everything in it is immutable, so analysis is a pure function. */
export interface AnalysisContext {
  readonly catalog: Catalog;
  readonly functions: FunctionRegistry;
  /** Of session and server, under the one name that each has: see `propertyName`. */
  readonly properties: SessionProperties;
  /** Partition count and replication factor of topics that exist, looked up beforehand. */
  readonly topics: ReadonlyMap<string, TopicFacts>;
  /** Of the schema registry, looked up beforehand; absent: nothing was asked. */
  readonly schemas?: SchemaFacts;
  /** Constants that call functions of users, by their places: computed beforehand; absent: none was. */
  readonly called?: ReadonlyMap<string, SqlValue>;
  /** Those that the source of an aggregate function has, which was tried beforehand; absent: none was. */
  readonly methods?: readonly AggregateMethod[];
}

export interface TopicFacts {
  readonly partitions: number;
  readonly replicas: number;
  /** Another one than that of a topic which had the name before; absent where the cluster gives none. */
  readonly topicId?: string;
}

export function booleanProperty(properties: SessionProperties, name: string): boolean | undefined {
  const text = properties[name];
  return text === undefined ? undefined : text.toLowerCase() === 'true';
}
