import type { SqlType } from '../model/sql-type.ts';
import type { Row, SqlValue } from '../model/sql-value.ts';
import type { RegisteredSchema, SchemaText, SchemaType } from '../schemas/registered-schema.ts';
import type { SerdeSchemas } from '../schemas/schema-lookup.ts';

/** A column as a format sees it. */
export interface FormatColumn {
  readonly name: string;
  readonly type: SqlType;
}

/** How a single column is laid out: `WRAP_SINGLES` as a record of one field, `UNWRAP_SINGLES` as the bare value. */
export type SerdeFeature = 'WRAP_SINGLES' | 'UNWRAP_SINGLES';

export type FormatSide = 'key' | 'value';

/** A format's properties by their ksqlDB name, such as `delimiter`; values as the user wrote them. */
export type FormatProperties = Readonly<Record<string, string>>;

export interface FormatSpec {
  readonly columns: readonly FormatColumn[];
  readonly side: FormatSide;
  /**
   * `WRAP_SINGLES` or `UNWRAP_SINGLES` where a choice was made; where none was, a single key column is unwrapped and a
   * single value column is laid out as the format prefers.
   */
  readonly features: ReadonlySet<SerdeFeature>;
  readonly properties: FormatProperties;
  /** How many null places a row that is read has after its columns, for a caller who fills them; none by default. */
  readonly trailingNulls?: number;
  /**
   * Names of columns whose values nobody looks at: they may be null in a row that is read, which makes it cheaper. What
   * cannot be read is still an error.
   */
  readonly unread?: ReadonlySet<string>;
}

/**
 * One way of writing columns as bytes: one file, registered once in `formats.ts`. Texts of errors are ksqlDB's.
 */
export interface Format {
  readonly name: string;
  /** The layouts of single columns that it can do, so the values that WRAP_SINGLE_VALUE may have. */
  readonly features: ReadonlySet<SerdeFeature>;
  /** Names of the properties that it takes, in ksqlDB's inner spelling (`delimiter`, `fullSchemaName`). */
  readonly properties: readonly string[];
  /** Those of them that a sink inherits from its source. */
  readonly inheritedProperties: readonly string[];
  /** True when schemas come from, and go to, a schema registry. */
  readonly usesSchemaRegistry: boolean;
  /** Of a format that uses a schema registry. */
  readonly schemas?: FormatSchemas;
  /**
   * The format of what queries over it keep and repartition, which nobody else reads: one that needs no registry and takes
   * the same columns. Absent: it is its own.
   */
  readonly internalFormat?: string;
  /** @throws {DiagnosticError} for a property that is unknown or has no sensible value. */
  validateProperties(properties: FormatProperties): void;
  /** @throws {DiagnosticError} when the columns cannot be written, for example `The 'KAFKA' format does not support type 'ARRAY'`. */
  validate(spec: FormatSpec): void;
  /**
   * Compiles the spec, which {@link validate} has accepted, to functions specialised to its columns.
   * @param schemas what there is of the registry; formats that use one need it.
   */
  createSerde(spec: FormatSpec, schemas?: SerdeSchemas): RowSerde;
}

/** The schemas of a format: between columns and the texts that are registered. All of it is pure. */
export interface FormatSchemas {
  readonly type: SchemaType;
  /** The schema that columns are written with, as ksqlDB registers it. @throws {DiagnosticError} */
  toSchema(spec: Pick<FormatSpec, 'columns' | 'side' | 'features' | 'properties'>): SchemaText;
  /**
   * The columns that ksqlDB infers of a schema, their names as it has them. A schema of one value gives one column,
   * `ROWKEY` or `ROWVAL`.
   * @throws {DiagnosticError | SerdeError | RangeError} where it cannot become a row; the message is the reason alone, such as
   * `KSQL does not support …`.
   */
  toColumns(schema: RegisteredSchema, options: InferenceOptions): readonly FormatColumn[];
}

/** What inference knows beside the schema. */
export interface InferenceOptions {
  readonly side: FormatSide;
  /** `UNWRAP_SINGLES` asks for the bare value as one column. */
  readonly features: ReadonlySet<SerdeFeature>;
  /** Such as `fullSchemaName`, which chooses a message or a part of a union. */
  readonly properties: FormatProperties;
}

/**
 * Reads and writes rows. A null row is null bytes and the other way round (tombstones, absent keys); a row of a single
 * unwrapped null column is written as null bytes too.
 */
export interface RowSerde {
  /** A row's bytes are the UTF-8 of the text in its only column. */
  readonly isText?: boolean;
  /** @throws {SerdeError} when a value does not fit the format. */
  serialize(row: Row | null): Buffer | null;
  /** The columns by position, then the trailing nulls; a fresh array. @throws {SerdeError} when the bytes do not fit the columns. */
  deserialize(bytes: Buffer | null): SqlValue[] | null;
}
