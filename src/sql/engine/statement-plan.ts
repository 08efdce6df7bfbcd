import type { DataSource } from '../catalog/data-source.ts';
import type { QueryPlan } from '../physical/steps.ts';
import { parseSchema } from '../types/schema-text.ts';

/** A source as it is written down: the schema as text. */
type SourceRecord = Omit<DataSource, 'schema'> & { readonly schema: string };

/** A topic that a statement needs; made where it is missing. */
export interface TopicRequest {
  readonly name: string;
  readonly partitions?: number;
  readonly replicas?: number;
  readonly retentionMs?: number;
  readonly cleanupPolicy?: string;
  /** The topic belongs to a table: only the last row of each key matters. */
  readonly compacted: boolean;
}

/**
 * What a statement does to the catalog and to the running queries, as JSON: planning is done once, and what was planned
 * is executed, recorded, and replayed. `text` is the statement as written.
 */
export type StatementPlan = { readonly version: number; readonly text: string } & (
  | { readonly kind: 'none'; readonly message: string }
  | {
      readonly kind: 'createSource';
      readonly source: SourceRecord;
      readonly topic: TopicRequest;
      /** Of a CREATE SOURCE TABLE: the query that keeps its rows. */
      readonly query?: QueryPlan;
    }
  | {
      readonly kind: 'createAs';
      readonly source: SourceRecord;
      readonly topic: TopicRequest;
      readonly query: QueryPlan;
    }
  | { readonly kind: 'insertInto'; readonly query: QueryPlan }
  | {
      readonly kind: 'dropSource';
      readonly name: string;
      readonly deleteTopic?: string;
      /** The query that wrote the source, and goes with it. */
      readonly terminate: readonly string[];
    }
  | { readonly kind: 'createType'; readonly name: string; readonly type: string }
  | { readonly kind: 'dropType'; readonly name: string }
  | { readonly kind: 'alterSource'; readonly source: SourceRecord }
);

export function recordOf(source: DataSource): SourceRecord {
  return { ...source, schema: source.schema.toString() };
}

export function sourceOf(record: SourceRecord): DataSource {
  return { ...record, schema: parseSchema(record.schema) };
}
