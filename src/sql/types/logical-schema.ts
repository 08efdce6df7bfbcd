import { quoteName, quoteText } from '../../base/sql-quotes.ts';
import { printType, sameType, type SqlType } from '../../serde/model/sql-type.ts';

export type ColumnNamespace = 'KEY' | 'VALUE' | 'HEADERS';

export interface SchemaColumn {
  readonly name: string;
  readonly type: SqlType;
  readonly namespace: ColumnNamespace;
  /** For a column of one header (`HEADER('key')`): the header's name. */
  readonly headerKey?: string;
}

/** The columns of a stream or table, in the order of their declaration; immutable. */
export class LogicalSchema {
  readonly columns: readonly SchemaColumn[];
  /** The key columns, in order: positions in here are positions in key rows. */
  readonly key: readonly SchemaColumn[];
  /** The value columns, in order: positions in here are positions in value rows. */
  readonly value: readonly SchemaColumn[];
  readonly headers: readonly SchemaColumn[];
  #byName: ReadonlyMap<string, SchemaColumn> | undefined;

  constructor(columns: readonly SchemaColumn[]) {
    this.columns = Object.freeze(columns.map((column) => Object.freeze({ ...column })));
    this.key = Object.freeze(this.columns.filter((column) => column.namespace === 'KEY'));
    this.value = Object.freeze(this.columns.filter((column) => column.namespace === 'VALUE'));
    this.headers = Object.freeze(this.columns.filter((column) => column.namespace === 'HEADERS'));
  }

  /** The first column of a name; several have one in schemas that are about to be refused. */
  find(name: string): SchemaColumn | undefined {
    this.#byName ??= new Map(this.columns.toReversed().map((column) => [column.name, column]));
    return this.#byName.get(name);
  }

  equals(other: LogicalSchema): boolean {
    return (
      this.columns.length === other.columns.length &&
      this.columns.every((column, index) => sameColumn(column, other.columns[index]))
    );
  }

  /** ``  `K` STRING KEY, `ID` INTEGER, `H` BYTES HEADER('a')``. */
  toString(): string {
    return this.columns.map(printColumn).join(', ');
  }
}

function sameColumn(a: SchemaColumn, b: SchemaColumn | undefined): boolean {
  return (
    b !== undefined &&
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.headerKey === b.headerKey &&
    sameType(a.type, b.type)
  );
}

/** One column as ksqlDB prints it. */
export function printColumn(column: SchemaColumn): string {
  const text = `${quoteName(column.name)} ${printType(column.type)}`;
  switch (column.namespace) {
    case 'KEY':
      return `${text} KEY`;
    case 'VALUE':
      return text;
    case 'HEADERS':
      return column.headerKey === undefined
        ? `${text} HEADERS`
        : `${text} HEADER(${quoteText(column.headerKey)})`;
  }
}
