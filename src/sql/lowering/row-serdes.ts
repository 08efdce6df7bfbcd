import type { RowSerde } from '../../serde/contract/format.ts';
import { formatOf } from '../../serde/formats.ts';
import type { FormatColumn, FormatSide, FormatSpec } from '../../serde/contract/format.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { Serde } from '../../streams/serde.ts';
import type { SharedSerde } from '../../streams/shared-serde.ts';
import type { TextSerde } from '../../streams/text-serde.ts';
import type { Windowed } from '../../streams/windows/windowed.ts';
import { sessionWindowedSerde, timeWindowedSerde } from '../../streams/windows/windowed-serdes.ts';
import { canWrite } from '../analysis/formats.ts';
import type { FormatInfo, KeyFormatInfo, WindowInfo } from '../catalog/data-source.ts';
import type { PlanColumn } from '../physical/steps.ts';
import { ENVELOPE_BYTES } from '../../serde/schemas/envelope.ts';
import type { SerdeSchemas } from '../../serde/schemas/schema-lookup.ts';
import { readType } from '../types/read-type.ts';

/** Keys of SQL's streams: a row of key columns, in a window where the source is windowed. */
export type Key = Row | Windowed<Row>;

export function formatColumns(columns: readonly PlanColumn[]): readonly FormatColumn[] {
  return columns.map(({ name, type }) => ({ name, type: readType(type) }));
}

/** What a reader leaves out, and leaves room for, see {@link FormatSpec}. */
type Reading = Pick<FormatSpec, 'trailingNulls' | 'unread'>;

const NONE: ReadonlySet<string> = new Set();

/** A format's serde in the shape of Streams. Rows that were read are shared: whoever needs more columns makes another row. */
class RowSerdeAdapter implements Serde<Row> {
  /** See {@link SharedSerde.sharedAs}; undefined where each query reads for itself. */
  readonly sharedAs: string | undefined;
  readonly unread: ReadonlySet<string> = NONE;
  readonly prepare?: (bytes: Buffer) => Promise<void> | undefined;
  readonly #rows: RowSerde;

  constructor(rows: RowSerde, sharedAs?: string, prepare?: (bytes: Buffer) => Promise<void> | undefined) {
    this.#rows = rows;
    this.sharedAs = sharedAs;
    if (prepare !== undefined) this.prepare = prepare;
  }

  leavingOut(_unread: ReadonlySet<string>): Serde<Row> {
    return this;
  }

  serialize(_topic: string, row: Row | null): Buffer | null {
    return row === null ? null : this.#rows.serialize(row);
  }

  deserialize(_topic: string, bytes: Buffer): Row {
    // A format may read "null" from bytes that are there; Streams passes that on as it does a missing value.
    return this.#rows.deserialize(bytes) as Row;
  }
}

/** A serde of rows of one text. */
class TextRowSerde extends RowSerdeAdapter implements TextSerde<Row> {
  textOf(row: Row | null): string | undefined {
    const text = row?.[0];
    return typeof text === 'string' ? text : undefined;
  }

  ofText(text: string): Row {
    return [text];
  }
}

/** A serde of rows that leaves columns out. */
class SourceRowSerde extends RowSerdeAdapter {
  override readonly unread: ReadonlySet<string>;
  readonly #make: (reading: Reading) => RowSerde;
  readonly #reading: Reading;

  constructor(
    make: (reading: Reading) => RowSerde,
    sharedAs: string,
    reading: Reading,
    prepare?: (bytes: Buffer) => Promise<void> | undefined,
  ) {
    super(make(reading), sharedAs, prepare);
    this.#make = make;
    this.#reading = reading;
    this.unread = reading.unread ?? NONE;
  }

  override leavingOut(unread: ReadonlySet<string>): SourceRowSerde {
    return new SourceRowSerde(this.#make, this.sharedAs ?? '', { ...this.#reading, unread }, this.prepare);
  }
}

/**
 * A serde of the values of a source.
 * @param sharedAs tells everything that the rows of two queries may differ by, the columns that nobody reads left out.
 */
export function sourceRowSerde(
  info: FormatInfo,
  columns: readonly FormatColumn[],
  { sharedAs, schemas, ...reading }: Reading & { readonly sharedAs: string; readonly schemas: SerdeSchemas },
): Serde<Row> {
  return new SourceRowSerde(
    (each) => formatRows('value', info, columns, each, schemas),
    sharedAs,
    reading,
    preparation(info, schemas),
  );
}

/** No columns, no bytes: the keys of streams without key columns. */
const emptySerde: Serde<Row> = {
  serialize: () => null,
  deserialize: () => null as unknown as Row,
};

/** @param schemas of a topic that others read or write, too; absent: the format is one that needs no registry. */
export function rowSerde(
  side: FormatSide,
  info: FormatInfo,
  columns: readonly FormatColumn[],
  schemas?: SerdeSchemas,
): Serde<Row> {
  if (columns.length === 0 && side === 'key') return emptySerde;
  return adapted(formatRows(side, info, columns, {}, schemas), undefined, preparation(info, schemas));
}

function adapted(
  rows: RowSerde,
  sharedAs?: string,
  prepare?: (bytes: Buffer) => Promise<void> | undefined,
): Serde<Row> {
  return rows.isText === true
    ? new TextRowSerde(rows, sharedAs)
    : new RowSerdeAdapter(rows, sharedAs, prepare);
}

/** Fetches the schemas of records that come with ids which are not known yet. */
function preparation(
  info: FormatInfo,
  schemas: SerdeSchemas | undefined,
): ((bytes: Buffer) => Promise<void> | undefined) | undefined {
  const lookup = schemas?.lookup;
  if (lookup?.fetch === undefined || !formatOf(info.format).usesSchemaRegistry) return undefined;
  let last = -1;
  return (bytes) => {
    const id = bytes.length < ENVELOPE_BYTES || bytes[0] !== 0 ? last : bytes.readUInt32BE(1);
    if (id === last) return undefined;
    const waiting = lookup.fetch?.(id);
    if (waiting === undefined) last = id;
    return waiting;
  };
}

function formatRows(
  side: FormatSide,
  { format, properties, features }: FormatInfo,
  columns: readonly FormatColumn[],
  reading: Reading = {},
  schemas?: SerdeSchemas,
): RowSerde {
  const spec = { columns, side, properties, features: new Set(features), ...reading };
  return formatOf(format).createSerde(spec, schemas);
}

/** How rows are laid out that nobody but the query reads. Nulls that the format keeps are kept there, too. */
function internalFormat(info: FormatInfo): FormatInfo {
  const { internalFormat: format } = formatOf(info.format);
  if (format === undefined) return info;
  const keepsNulls = info.properties['nullableRepresentation'] !== undefined;
  const properties: FormatInfo['properties'] = keepsNulls ? { nullableRepresentation: 'OPTIONAL' } : {};
  return { ...info, format, properties };
}

/**
 * Keys of one column: bytes that hold a null, such as JSON's `null` or the quoted empty text of DELIMITED, are no key, as
 * in ksqlDB. Such a row would be written as no bytes, and no store takes it.
 */
function singleKeyRows(rows: RowSerde): RowSerde {
  // A text that is there is never null.
  if (rows.isText === true) return rows;
  return {
    serialize: (row) => rows.serialize(row),
    deserialize: (bytes) => {
      const row = rows.deserialize(bytes);
      return row?.[0] === null && rows.serialize(row) === null ? null : row;
    },
  };
}

function plainKeySerde(
  info: FormatInfo,
  columns: readonly FormatColumn[],
  schemas: SerdeSchemas | undefined,
): Serde<Row> {
  if (columns.length === 0) return emptySerde;
  const rows = formatRows('key', info, columns, {}, schemas);
  const sharedAs = JSON.stringify([info, columns]);
  return adapted(columns.length === 1 ? singleKeyRows(rows) : rows, sharedAs, preparation(info, schemas));
}

/** A serde for internal topics and stores: the source's format where it can hold the columns, else JSON. */
export function internalSerde(
  side: FormatSide,
  info: FormatInfo,
  columns: readonly FormatColumn[],
): Serde<Row> {
  if (columns.length === 0 && side === 'value')
    return rowSerde(side, { format: 'JSON', properties: {}, features: [] }, []);
  const plain: FormatInfo = { ...internalFormat(info), features: side === 'key' ? info.features : [] };
  return canWrite(side, plain, columns)
    ? rowSerde(side, plain, columns)
    : rowSerde(side, { format: 'JSON', properties: {}, features: [] }, columns);
}

/** What a row is when it comes back from a store in this format: in some, values of some types are never null. */
export function rowAsStored(info: FormatInfo, columns: readonly FormatColumn[]): (row: Row) => Row {
  const internal = internalFormat(info);
  if (internal.format !== 'PROTOBUF_NOSR' || columns.length === 0) return (row) => row;
  const serde = formatRows('value', internal, columns);
  return (row) => serde.deserialize(serde.serialize(row)) ?? row;
}

/** How the keys of a store are written. */
export interface KeyLayout {
  readonly format: string;
  readonly types: readonly SqlType[];
  readonly serialize: (key: Row) => Buffer | null;
}

/** The keys of the store of a projection, which nobody else reads. */
export const PROJECTED_KEYS: KeyFormatInfo = { format: 'JSON', properties: {}, features: ['UNWRAP_SINGLES'] };

/** How the keys of {@link keySerde} look that no window is behind; undefined where their bytes have no order to rely on. */
export function keyLayout(info: KeyFormatInfo, columns: readonly PlanColumn[]): KeyLayout | undefined {
  const internal = internalFormat(info);
  // A single column that is in an object.
  if (columns.length === 1 && internal.format === 'JSON' && !info.features.includes('UNWRAP_SINGLES')) {
    return undefined;
  }
  const serde = keySerde(info, columns, undefined);
  return {
    format: internal.format,
    types: formatColumns(columns).map(({ type }) => type),
    serialize: (key) => serde.serialize('', key),
  };
}

/** A serde of the keys of internal topics and stores. */
export function keySerde(
  info: KeyFormatInfo,
  columns: readonly PlanColumn[],
  window: WindowInfo | undefined,
): Serde<Key> {
  return keySerdeOf(internalFormat(info), columns, window, undefined);
}

/** A serde of the keys of a source's or a sink's topic. */
export function topicKeySerde(
  info: KeyFormatInfo,
  columns: readonly PlanColumn[],
  window: WindowInfo | undefined,
  schemas: SerdeSchemas,
): Serde<Key> {
  return keySerdeOf(info, columns, window, schemas);
}

function keySerdeOf(
  info: FormatInfo,
  columns: readonly PlanColumn[],
  window: WindowInfo | undefined,
  schemas: SerdeSchemas | undefined,
): Serde<Key> {
  // In a window a null is a key: the bytes of the window are there all the same.
  if (window === undefined) return plainKeySerde(info, formatColumns(columns), schemas) as Serde<Key>;
  const plain = rowSerde('key', info, formatColumns(columns), schemas);
  const windowed =
    window.type === 'SESSION' ? sessionWindowedSerde(plain) : timeWindowedSerde(plain, window.sizeMs ?? 0);
  return windowed as unknown as Serde<Key>;
}
