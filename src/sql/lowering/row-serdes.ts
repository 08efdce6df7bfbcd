import type { RowSerde } from '../../serde/format.ts';
import { formatOf } from '../../serde/formats.ts';
import type { FormatColumn, FormatSide, FormatSpec } from '../../serde/format.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { Serde } from '../../streams/serde.ts';
import type { TextSerde } from '../../streams/text-serde.ts';
import type { Windowed } from '../../streams/windows/windowed.ts';
import { sessionWindowedSerde, timeWindowedSerde } from '../../streams/windows/windowed-serdes.ts';
import { canWrite } from '../analysis/formats.ts';
import type { FormatInfo, KeyFormatInfo, WindowInfo } from '../catalog/data-source.ts';
import type { PlanColumn } from '../physical/steps.ts';
import { readType } from '../types/read-type.ts';

/** Keys of SQL's streams: a row of key columns, in a window where the source is windowed. */
export type Key = Row | Windowed<Row>;

export function formatColumns(columns: readonly PlanColumn[]): readonly FormatColumn[] {
  return columns.map(({ name, type }) => ({ name, type: readType(type) }));
}

/** A format's serde in the shape of Streams. */
class RowSerdeAdapter implements Serde<Row> {
  readonly #rows: RowSerde;

  constructor(rows: RowSerde) {
    this.#rows = rows;
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

/** No columns, no bytes: the keys of streams without key columns. */
const emptySerde: Serde<Row> = {
  serialize: () => null,
  deserialize: () => null as unknown as Row,
};

/** @param reading what a reader leaves out, and leaves room for, see {@link FormatSpec}. */
export function rowSerde(
  side: FormatSide,
  info: FormatInfo,
  columns: readonly FormatColumn[],
  reading: Pick<FormatSpec, 'trailingNulls' | 'unread'> = {},
): Serde<Row> {
  if (columns.length === 0 && side === 'key') return emptySerde;
  return adapted(formatRows(side, info, columns, reading));
}

function adapted(rows: RowSerde): Serde<Row> {
  return rows.isText === true ? new TextRowSerde(rows) : new RowSerdeAdapter(rows);
}

function formatRows(
  side: FormatSide,
  { format, properties, features }: FormatInfo,
  columns: readonly FormatColumn[],
  reading: Pick<FormatSpec, 'trailingNulls' | 'unread'> = {},
): RowSerde {
  return formatOf(format).createSerde({
    columns,
    side,
    properties,
    features: new Set(features),
    ...reading,
  });
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

function plainKeySerde(info: KeyFormatInfo, columns: readonly FormatColumn[]): Serde<Row> {
  return columns.length === 1
    ? adapted(singleKeyRows(formatRows('key', info, columns)))
    : rowSerde('key', info, columns);
}

/** A serde for internal topics and stores: the source's format where it can hold the columns, else JSON. */
export function internalSerde(
  side: FormatSide,
  info: FormatInfo,
  columns: readonly FormatColumn[],
): Serde<Row> {
  if (columns.length === 0 && side === 'value')
    return rowSerde(side, { format: 'JSON', properties: {}, features: [] }, []);
  const plain: FormatInfo = { ...info, features: side === 'key' ? info.features : [] };
  return canWrite(side, plain, columns)
    ? rowSerde(side, plain, columns)
    : rowSerde(side, { format: 'JSON', properties: {}, features: [] }, columns);
}

export function keySerde(
  info: KeyFormatInfo,
  columns: readonly PlanColumn[],
  window: WindowInfo | undefined,
): Serde<Key> {
  // In a window a null is a key: the bytes of the window are there all the same.
  if (window === undefined) return plainKeySerde(info, formatColumns(columns)) as Serde<Key>;
  const plain = rowSerde('key', info, formatColumns(columns));
  if (window.type === 'SESSION') return sessionWindowedSerde(plain) as unknown as Serde<Key>;
  return timeWindowedSerde(plain, window.sizeMs ?? 0) as unknown as Serde<Key>;
}
