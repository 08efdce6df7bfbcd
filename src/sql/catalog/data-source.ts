import type { SourceKind } from '../../../grammar/ast.ts';
import type { FormatProperties, SerdeFeature } from '../../serde/contract/format.ts';
import type { LogicalSchema } from '../types/logical-schema.ts';

export type WindowType = 'TUMBLING' | 'HOPPING' | 'SESSION';

/** How the keys of a windowed topic are laid out. */
export interface WindowInfo {
  readonly type: WindowType;
  /** Absent for sessions. */
  readonly sizeMs?: number;
}

/** How one side of a topic's records is written. */
export interface FormatInfo {
  /** Upper-cased name of a format. */
  readonly format: string;
  readonly properties: FormatProperties;
  readonly features: readonly SerdeFeature[];
}

export interface KeyFormatInfo extends FormatInfo {
  readonly window?: WindowInfo;
}

interface SourceTopic {
  readonly name: string;
  readonly keyFormat: KeyFormatInfo;
  readonly valueFormat: FormatInfo;
}

/** Where the record time comes from, when not from the record itself. */
export interface TimestampColumn {
  readonly column: string;
  /** A pattern of Java's DateTimeFormatter, for STRING columns. */
  readonly format?: string;
}

/** A stream or table as the catalog knows it. Immutable. */
export interface DataSource {
  readonly kind: SourceKind;
  readonly name: string;
  readonly schema: LogicalSchema;
  readonly topic: SourceTopic;
  readonly timestamp?: TimestampColumn;
  /** CREATE SOURCE STREAM|TABLE: read only. */
  readonly isSource: boolean;
  /** Made by CREATE … AS SELECT. */
  readonly isQueryResult: boolean;
  /** The text of the statement that made it. */
  readonly sqlText: string;
}
