import { stringify } from 'csv-stringify/sync';
import { entityRows, isMessage, renderEntity, warningsOf } from './entity-tables.ts';
import { isExactNumber, stringifyExact } from './exact-json.ts';
import { columnNames } from './schema-columns.ts';
import type { Entity, StreamedRow } from './sql-server-client.ts';
import { GrowingTable, renderTable } from './table.ts';

export const OUTPUT_FORMATS = ['tabular', 'json', 'csv'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Rows of one answer that a table shows; the rest is counted. Other formats have no limit. */
const ROWS_SHOWN_MAX = 1_000;

/** Where answers go: what they consist of, and what is said about it. */
export interface Outlet {
  /** Rows and descriptions. */
  readonly print: (text: string) => void;
  /** A whole result, which may be longer than a screen; as `print` unless told. */
  readonly page?: (text: string) => void;
  /** What is no row: that something was created, how many rows there were, warnings. */
  readonly note: (text: string) => void;
  /** Terminal width in columns, asked whenever something is printed; infinity where there is no terminal. */
  readonly columns: () => number;
}

/** Writes what a statement answered, in the session's format. */
export interface ResultWriter {
  entity(entity: Entity): void;
  /** A query begins; `isPush` when its rows arrive for as long as it runs. */
  query(options: { readonly isPush: boolean }): QueryWriter;
  /** A line of PRINT. */
  line(line: string): void;
}

/** Writes one query's answer: a header, rows, and at the end what closed it. */
interface QueryWriter {
  row(message: StreamedRow): void;
  end(): void;
}

/** In JSON every answer is one object a line; in CSV each has a header line. */
export function resultWriter(format: OutputFormat, outlet: Outlet): ResultWriter {
  switch (format) {
    case 'tabular':
      return {
        entity: (entity) => {
          const write = isMessage(entity) ? outlet.note : (outlet.page ?? outlet.print);
          write(`${renderEntity(entity, outlet.columns())}\n`);
          noteWarnings(entity, outlet);
        },
        query: ({ isPush }) => (isPush ? new GrowingWriter(outlet) : new CollectedWriter(outlet)),
        line: (line) => outlet.print(`${line}\n`),
      };
    case 'json':
      return {
        entity: (entity) => outlet.print(`${stringifyExact(entity)}\n`),
        query: () => new JsonWriter(outlet),
        line: (line) => outlet.print(`${stringifyExact({ line })}\n`),
      };
    case 'csv':
      return {
        entity: (entity) => {
          const table = entityRows(entity);
          if (table !== undefined) outlet.print(csv([table.header, ...table.rows]));
          else if (isMessage(entity)) outlet.note(`${renderEntity(entity, Number.POSITIVE_INFINITY)}\n`);
          else outlet.print(csv([[renderEntity(entity, Number.POSITIVE_INFINITY)]]));
          noteWarnings(entity, outlet);
        },
        query: () => new CsvWriter(outlet),
        line: (line) => outlet.print(csv([[line]])),
      };
  }
}

function noteWarnings(entity: Entity, { note }: Outlet): void {
  for (const warning of warningsOf(entity)) note(`WARNING: ${warning}\n`);
}

/** The rows of a push query, each printed when it comes. */
class GrowingWriter implements QueryWriter {
  readonly #outlet: Outlet;
  #titles: readonly string[] = [];
  #table: GrowingTable | undefined;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  row(message: StreamedRow): void {
    const { print, note, columns } = this.#outlet;
    if (message.header !== undefined) {
      this.#titles = columnNames(message.header.schema);
      this.#table = new GrowingTable(this.#titles, columns());
      const header = this.#table.header();
      if (header !== undefined) print(`${header}\n`);
    }
    if (message.row !== undefined && this.#table !== undefined) {
      print(`${this.#table.row(cells(this.#titles, message.row))}\n`);
    }
    if (message.finalMessage !== undefined) note(`${message.finalMessage}\n`);
  }

  end(): void {
    this.#outlet.note('Query terminated\n');
  }
}

/** The rows of a pull query: all are there before the first is shown, so that the columns fit what is in them. */
class CollectedWriter implements QueryWriter {
  readonly #outlet: Outlet;
  #titles: readonly string[] = [];
  readonly #rows: (readonly string[])[] = [];
  #count = 0;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) this.#titles = columnNames(message.header.schema);
    if (message.row === undefined) return;
    this.#count += 1;
    if (this.#rows.length < ROWS_SHOWN_MAX) this.#rows.push(cells(this.#titles, message.row));
  }

  end(): void {
    const { print, page = print, note, columns } = this.#outlet;
    page(`${renderTable(this.#titles, this.#rows, columns())}\n`);
    const rest =
      this.#count > this.#rows.length ? `, ${this.#rows.length} of them shown; output csv shows all` : '';
    note(`${this.#count} ${this.#count === 1 ? 'row' : 'rows'}${rest}\n`);
  }
}

/** One object a row, one row a line. */
class JsonWriter implements QueryWriter {
  readonly #outlet: Outlet;
  #titles: readonly string[] = [];

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) this.#titles = columnNames(message.header.schema);
    if (message.row === undefined) return;
    const { columns } = message.row;
    this.#outlet.print(
      `${stringifyExact(Object.fromEntries(this.#titles.map((title, i) => [title, columns[i]])))}\n`,
    );
  }

  end(): void {}
}

class CsvWriter implements QueryWriter {
  readonly #outlet: Outlet;

  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  row(message: StreamedRow): void {
    if (message.header !== undefined) this.#outlet.print(csv([columnNames(message.header.schema)]));
    if (message.row !== undefined) this.#outlet.print(csv([message.row.columns.map(csvCell)]));
  }

  end(): void {}
}

/** An empty text is `""`, a null is nothing at all. */
function csv(rows: readonly (readonly (string | null)[])[]): string {
  return stringify(
    rows.map((row) => [...row]),
    { quoted_match: /^$/ },
  );
}

function csvCell(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : stringifyExact(value);
}

/** Columns that hold a time in milliseconds, which nobody can read. */
const TIME_COLUMNS: ReadonlySet<string> = new Set(['WINDOWSTART', 'WINDOWEND']);

function cells(titles: readonly string[], row: NonNullable<StreamedRow['row']>): readonly string[] {
  return row.columns.map((value, i) => {
    if (value === null || value === undefined) return row.tombstone === true ? '<TOMBSTONE>' : 'null';
    if (isExactNumber(value) && TIME_COLUMNS.has(titles[i] ?? '')) return timeText(value.value);
    return typeof value === 'string' ? value : stringifyExact(value);
  });
}

/** A time as people write it; outside of what dates can say (an open window ends at 2^63 - 1), the number. */
function timeText(ms: string): string {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? ms : date.toISOString();
}
