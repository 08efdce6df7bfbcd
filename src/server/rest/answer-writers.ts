import { acceptedType } from './accept.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import { protobufRows } from './protobuf-rows.ts';
import { rowJson } from './value-json.ts';

/** What a query answers before its first row. */
export interface QueryHeader {
  readonly queryId: string;
  /** The columns as ksqlDB prints them: key columns carry ` KEY` in a pull query only. */
  readonly schemaText: string;
  readonly columns: readonly { readonly name: string; readonly type: SqlType }[];
}

/**
 * How the text of a row is written that another server passes on without reading it: as the array of `delimited` answers, or as
 * the fields of a row of `protobuf` ones.
 */
export type PassedForm = 'delimited' | 'protobuf';

/**
 * The text of a query's answer, piece by piece. Each call answers what is to be sent as one chunk: some clients parse
 * every chunk on its own.
 */
export interface AnswerWriter {
  readonly contentType: string;
  readonly passes: PassedForm;
  header(header: QueryHeader): string;
  row(row: Row): string;
  /** A row that another server has written in the form that {@link AnswerWriter.passes} says. */
  passed(text: string): string;
  /** A row that was deleted; the columns that are not part of the key are null. */
  tombstone(row: Row): string;
  /** What the query is continued by behind the row before it; ksqlDB's PushContinuationToken. */
  continuation(token: string): string;
  /** `Limit Reached` or `Query Completed`. */
  final(message: string): string;
  error(body: Readonly<Record<string, unknown>>): string;
  end(): string;
}

export const MediaType = {
  JSON: 'application/json',
  KSQL_JSON: 'application/vnd.ksql.v1+json',
  DELIMITED: 'application/vnd.ksqlapi.delimited.v1',
  PROTOBUF: 'application/vnd.ksql.v1+protobuf',
} as const;

/** What `/query-stream` answers in, the usual one first. */
const ROW_TYPES = [MediaType.DELIMITED, MediaType.JSON, MediaType.KSQL_JSON, MediaType.PROTOBUF] as const;

/** The writer that a client's Accept header asks for on `/query-stream`; undefined where none will do. */
export function answerWriterFor(
  accept: string | undefined,
  options: { readonly isPush: boolean },
): AnswerWriter | undefined {
  switch (acceptedType(accept, ROW_TYPES)) {
    case MediaType.DELIMITED:
      return new DelimitedWriter();
    case MediaType.JSON:
      return new JsonArrayWriter();
    case MediaType.KSQL_JSON:
      return new StreamedRowWriter(options);
    case MediaType.PROTOBUF:
      return new ProtobufRowWriter(options);
    case undefined:
      return undefined;
  }
}

const NO_COLUMNS = (): string => '[]';

const headerJson = ({ queryId, columns }: QueryHeader): string =>
  JSON.stringify({
    queryId,
    columnNames: columns.map((column) => column.name),
    columnTypes: columns.map((column) => printType(column.type)),
  });

/** One JSON text a line: an object for the header, then an array for each row. Tombstones have no form in it. */
class DelimitedWriter implements AnswerWriter {
  readonly contentType = MediaType.DELIMITED;
  readonly passes = 'delimited';
  #row: (row: Row) => string = NO_COLUMNS;

  header(header: QueryHeader): string {
    this.#row = rowJson(header.columns.map((column) => column.type));
    return `${headerJson(header)}\n`;
  }

  row(row: Row): string {
    return `${this.#row(row)}\n`;
  }

  passed(text: string): string {
    return `${text}\n`;
  }

  tombstone(): string {
    return '';
  }

  continuation(continuationToken: string): string {
    return `${JSON.stringify({ continuationToken })}\n`;
  }

  final(): string {
    return '';
  }

  error(body: Readonly<Record<string, unknown>>): string {
    return `${JSON.stringify({ ...body, status: 'error' })}\n`;
  }

  end(): string {
    return '';
  }
}

/** One JSON array of the header and the rows. */
class JsonArrayWriter implements AnswerWriter {
  readonly contentType = MediaType.JSON;
  readonly passes = 'delimited';
  #row: (row: Row) => string = NO_COLUMNS;
  #begun = false;

  header(header: QueryHeader): string {
    this.#row = rowJson(header.columns.map((column) => column.type));
    return this.#element(headerJson(header));
  }

  row(row: Row): string {
    return this.#element(this.#row(row));
  }

  passed(text: string): string {
    return this.#element(text);
  }

  tombstone(): string {
    return '';
  }

  continuation(continuationToken: string): string {
    return this.#element(JSON.stringify({ continuationToken }));
  }

  final(): string {
    return '';
  }

  error(body: Readonly<Record<string, unknown>>): string {
    return this.#element(JSON.stringify({ ...body, status: 'error' }));
  }

  end(): string {
    return this.#begun ? ']' : '[]';
  }

  #element(json: string): string {
    const lead = this.#begun ? ',\n' : '[';
    this.#begun = true;
    return lead + json;
  }
}

/** What a row has in a StreamedRow message, as the fields of a JSON object, and what the header says of it. */
type RowLayout = (columns: QueryHeader['columns']) => {
  readonly row: (row: Row) => string;
  readonly protoSchema?: string;
};

const columnRows: RowLayout = (columns) => {
  const json = rowJson(columns.map((column) => column.type));
  return { row: (row) => `"columns":${json(row)}` };
};

/**
 * ksqlDB's StreamedRow messages in one JSON array, a message a line: what `/query` sends, and its own clients ask for.
 *
 * A client that reads lines must see each row of a push query when it is there, so there the comma and the line break
 * follow a message; the array is whole again because a push query always ends in a final message or an error. A pull
 * query has neither, so there they stand in front.
 */
export class StreamedRowWriter implements AnswerWriter {
  readonly contentType: string = MediaType.KSQL_JSON;
  readonly passes: PassedForm = 'delimited';
  readonly #isPush: boolean;
  readonly #layout: RowLayout;
  #row: (row: Row) => string = NO_COLUMNS;
  #begun = false;

  constructor(options: { readonly isPush: boolean }, layout: RowLayout = columnRows) {
    this.#isPush = options.isPush;
    this.#layout = layout;
  }

  header(header: QueryHeader): string {
    const { row, ...described } = this.#layout(header.columns);
    this.#row = row;
    const { queryId, schemaText: schema } = header;
    return this.#message(JSON.stringify({ header: { queryId, schema, ...described } }));
  }

  row(row: Row): string {
    return this.#message(`{"row":{${this.#row(row)}}}`);
  }

  passed(text: string): string {
    return this.#message(`{"row":{${this.passes === 'protobuf' ? text : `"columns":${text}`}}}`);
  }

  tombstone(row: Row): string {
    return this.#message(`{"row":{${this.#row(row)},"tombstone":true}}`);
  }

  continuation(continuationToken: string): string {
    return this.#message(JSON.stringify({ continuationToken: { continuationToken } }));
  }

  final(message: string): string {
    return this.#last(JSON.stringify({ finalMessage: message }));
  }

  error(body: Readonly<Record<string, unknown>>): string {
    return this.#last(JSON.stringify({ errorMessage: body }));
  }

  end(): string {
    return this.#begun ? ']\n' : '[]\n';
  }

  #message(json: string): string {
    const lead = this.#begun ? (this.#isPush ? '' : ',\n') : '[';
    this.#begun = true;
    return lead + json + (this.#isPush ? ',\n' : '');
  }

  #last(json: string): string {
    const lead = this.#begun ? (this.#isPush ? '' : ',\n') : '[';
    this.#begun = true;
    return lead + json;
  }
}

/** The same messages with each row as the base64 of a Protobuf message, whose schema the header has. */
class ProtobufRowWriter extends StreamedRowWriter {
  override readonly contentType = MediaType.PROTOBUF;
  override readonly passes = 'protobuf';

  constructor(options: { readonly isPush: boolean }) {
    super(options, protobufRows);
  }
}
