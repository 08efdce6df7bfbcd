import { stringify } from 'csv-stringify/sync';
import { entityRows, renderEntity } from './entity-tables.ts';
import { columnNames } from './schema-columns.ts';
import type { Entity, StreamedRow } from './sql-server-client.ts';
import { GrowingTable, renderTable } from './table.ts';

export const OUTPUT_FORMATS = ['tabular', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Writes what a statement answered, in the session's format. */
export interface ResultWriter {
  entity(entity: Entity): void;
  /** A query begins; `isPush` when its rows arrive for as long as it runs. */
  query(options: { readonly isPush: boolean }): QueryWriter;
}

/** Writes one query's answer: a header, rows, and at the end what closed it. */
export interface QueryWriter {
  row(message: StreamedRow): void;
  end(): void;
}

type Print = (text: string) => void;

export function resultWriter(format: OutputFormat, columns: () => number, print: Print): ResultWriter {
  switch (format) {
    case 'tabular':
      return {
        entity: (entity) => print(`${renderEntity(entity, columns())}\n`),
        query: ({ isPush }) =>
          isPush ? new GrowingWriter(columns(), print) : new CollectedWriter(columns(), print),
      };
    case 'json':
      return {
        entity: (entity) => print(`${JSON.stringify(entity, undefined, 2)}\n`),
        query: () => new JsonWriter(print),
      };
    case 'csv':
      return {
        entity: (entity) => print(entityCsv(entity)),
        query: () => new CsvWriter(print),
      };
  }
}

function entityCsv(entity: Entity): string {
  const table = entityRows(entity);
  if (table !== undefined) return stringify([[...table.header], ...table.rows.map((row) => [...row])]);
  return stringify([[renderEntity(entity, Number.MAX_SAFE_INTEGER)]]);
}

/** The rows of a push query, each printed when it comes. */
class GrowingWriter implements QueryWriter {
  readonly #columns: number;
  readonly #print: Print;
  #table: GrowingTable | undefined;

  constructor(columns: number, print: Print) {
    this.#columns = columns;
    this.#print = print;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) {
      const titles = columnNames(message.header.schema);
      this.#table = new GrowingTable(titles.length, this.#columns);
      this.#print(`${this.#table.header(titles)}\n`);
    }
    if (message.row !== undefined && this.#table !== undefined) {
      this.#print(`${this.#table.row(cells(message.row))}\n`);
    }
    if (message.finalMessage !== undefined) this.#print(`${message.finalMessage}\n`);
  }

  end(): void {
    this.#print('Query terminated\n');
  }
}

/** The rows of a pull query: all are there before the first is shown, so that the columns fit what is in them. */
class CollectedWriter implements QueryWriter {
  readonly #columns: number;
  readonly #print: Print;
  #titles: readonly string[] = [];
  readonly #rows: (readonly string[])[] = [];

  constructor(columns: number, print: Print) {
    this.#columns = columns;
    this.#print = print;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) this.#titles = columnNames(message.header.schema);
    if (message.row !== undefined) this.#rows.push(cells(message.row));
  }

  end(): void {
    this.#print(`${renderTable(this.#titles, this.#rows, this.#columns)}\n`);
    this.#print(`${this.#rows.length} ${this.#rows.length === 1 ? 'row' : 'rows'}\n`);
  }
}

/** One object a row, one row a line. */
class JsonWriter implements QueryWriter {
  readonly #print: Print;
  #titles: readonly string[] = [];

  constructor(print: Print) {
    this.#print = print;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) this.#titles = columnNames(message.header.schema);
    if (message.row === undefined) return;
    const { columns } = message.row;
    this.#print(
      `${JSON.stringify(Object.fromEntries(this.#titles.map((title, i) => [title, columns[i]])))}\n`,
    );
  }

  end(): void {}
}

class CsvWriter implements QueryWriter {
  readonly #print: Print;

  constructor(print: Print) {
    this.#print = print;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) this.#print(stringify([[...columnNames(message.header.schema)]]));
    if (message.row !== undefined) this.#print(stringify([message.row.columns.map(csvCell)]));
  }

  end(): void {}
}

const csvCell = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : typeof value === 'boolean'
      ? String(value)
      : value;

function cells(row: NonNullable<StreamedRow['row']>): readonly string[] {
  return row.columns.map((value) => {
    if (value === null || value === undefined) return row.tombstone === true ? '<TOMBSTONE>' : 'null';
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}
