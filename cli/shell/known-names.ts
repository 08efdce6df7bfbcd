import type { CompletionNames } from '../../grammar/index.ts';
import { formatNames } from '../../src/serde/index.ts';
import type { Entity } from './sql-server-client.ts';

type Execute = (ksql: string) => Promise<readonly Entity[]>;

const NOTHING: CompletionNames = {
  streams: [],
  tables: [],
  functions: [],
  topics: [],
  queries: [],
  types: [],
  properties: [],
  formats: [],
  columns: new Map(),
};

/** The names that completion offers, as the server knew them when it was last asked. */
export class KnownNames {
  #names: CompletionNames = NOTHING;

  get names(): CompletionNames {
    return this.#names;
  }

  /** Asks the server anew. Completion is a convenience: where the server fails, the names known before stay. */
  async refresh(execute: Execute): Promise<void> {
    try {
      const [streams, tables, topics, queries, functions, properties] = await execute(
        'DESCRIBE STREAMS; DESCRIBE TABLES; SHOW TOPICS; SHOW QUERIES; SHOW FUNCTIONS; SHOW PROPERTIES;',
      );
      const sources = [...rows(streams, 'sourceDescriptions'), ...rows(tables, 'sourceDescriptions')];
      this.#names = {
        types: [],
        formats: formatNames(),
        properties: names(
          rows(properties, 'properties').filter(({ editable }) => editable === true),
          'name',
        ),
        streams: names(rows(streams, 'sourceDescriptions'), 'name'),
        tables: names(rows(tables, 'sourceDescriptions'), 'name'),
        topics: names(rows(topics, 'topics'), 'name'),
        queries: names(rows(queries, 'queries'), 'id'),
        functions: names(rows(functions, 'functions'), 'name'),
        columns: new Map(
          sources.map((source) => [String(source['name']), names(list(source['fields']), 'name')]),
        ),
      };
    } catch {
      // Not reachable just now, or an older server: the statement that the user types next will tell.
    }
  }
}

type Fields = Readonly<Record<string, unknown>>;

const rows = (entity: Entity | undefined, field: string): readonly Fields[] => list(entity?.[field]);
const list = (value: unknown): readonly Fields[] =>
  Array.isArray(value) ? (value as readonly Fields[]) : [];
const names = (fields: readonly Fields[], field: string): readonly string[] =>
  fields.flatMap((row) => (typeof row[field] === 'string' ? [row[field]] : []));
