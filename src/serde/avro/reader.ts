import { compileFunction } from '../../base/compile-function.ts';
import { columnOfField, indexOfName } from '../contract/field-names.ts';
import type { FormatSpec } from '../contract/format.ts';
import type { RowReader } from '../contract/registered-serde.ts';
import type { SqlType, StructField } from '../model/sql-type.ts';
import type { SqlValue } from '../model/sql-value.ts';
import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES } from '../schemas/envelope.ts';
import { readHelpers } from './read-helpers.ts';
import { branchName, decimalOf, entryOf, nullableOf } from './connect-types.ts';
import { AvroInput } from './input.ts';
import type { AvroType } from './schema-tree.ts';
import { AvroSkips } from './skips.ts';

/**
 * Compiles the reader of rows that were written with an Avro schema. Columns are found by their names, whatever their case; those that
 * the schema does not have are null, and what no column asks for is skipped. Values widen as ksqlDB's do: an int is a
 * BIGINT, a float a DOUBLE, and every primitive a STRING.
 */
export function avroReader(type: AvroType, spec: FormatSpec, isBare: boolean): RowReader {
  const code = new ReaderCode();
  const body = isBare ? bareBody(code, type, spec) : code.row(type, spec);
  const read = compileFunction<(input: AvroInput) => SqlValue[] | null>(
    { ...readHelpers, table: code.tables },
    `${code.texts.join('\n')}\nreturn (i) => ${body};`,
  );
  const input = new AvroInput();
  return (bytes) => {
    input.begin(bytes, ENVELOPE_BYTES);
    try {
      const row = read(input);
      input.end();
      return row;
    } catch (error) {
      // Types that contain themselves may be nested as deep as bytes say.
      if (error instanceof RangeError) throw new SerdeError(error.message, { cause: error });
      throw error;
    }
  };
}

function bareBody(code: ReaderCode, type: AvroType, { columns, trailingNulls = 0 }: FormatSpec): string {
  const column = columns[0];
  if (column === undefined) throw new RangeError('a bare value needs a column');
  return `[${[code.read(type, column.type), ...nullTexts(trailingNulls)].join(', ')}]`;
}

const nullTexts = (count: number): readonly string[] => Array.from({ length: count }, () => 'null');

/** Expressions of generated code over an input `i`; what takes more than an expression is a function of its own. */
class ReaderCode {
  readonly #functions: string[] = [];
  /** Values that the code names: `table[0]`, … */
  readonly tables: unknown[] = [];
  readonly #skips = new AvroSkips();

  /** All functions that the code calls. */
  get texts(): readonly string[] {
    return [...this.#functions, ...this.#skips.functions];
  }

  #function(body: string): string {
    const name = `f${this.#functions.length}`;
    this.#functions.push(`function ${name}(i) { ${body} }`);
    return `${name}(i)`;
  }

  /** Reads a row; what is not a record, or null, is no row. */
  row(type: AvroType, { columns, trailingNulls = 0, unread = new Set() }: FormatSpec): string {
    const struct = { kind: 'STRUCT', fields: columns } as const;
    if (type.kind === 'record') return this.#fields(type.fields, struct.fields, { trailingNulls, unread });
    if (type.kind !== 'union') return this.#mismatch(type, struct);
    const only = nullableOf(type.branches);
    if (only?.kind !== 'record') {
      const read = this.#union(type.branches, struct);
      const nulls = nullTexts(trailingNulls).join(', ');
      return this.#function(`const row = ${read}; return row === null ? null : [...row, ${nulls}];`);
    }
    const cases = type.branches.map((branch, index) =>
      branch === only
        ? `case ${index}: return ${this.#fields(only.fields, struct.fields, { trailingNulls, unread })};`
        : `case ${index}: return null;`,
    );
    return this.#switch(type.branches.length, cases);
  }

  #switch(count: number, cases: readonly string[]): string {
    return this.#function(`switch (i.index(${count})) { ${cases.join(' ')} }`);
  }

  /** Reads a value as a SQL type's. */
  read(type: AvroType, sql: SqlType): string {
    switch (type.kind) {
      case 'null':
        return 'null';
      case 'union':
        return this.#union(type.branches, sql);
      case 'record':
        return sql.kind === 'STRUCT'
          ? this.#fields(type.fields, sql.fields, { trailingNulls: 0, unread: new Set() })
          : this.#mismatch(type, sql);
      case 'array':
        return this.#array(type, sql);
      case 'map':
        return sql.kind === 'MAP'
          ? this.#map('i.text()', this.read(type.values, sql.value))
          : this.#mismatch(type, sql);
      default:
        return this.#primitive(type, sql) ?? this.#mismatch(type, sql);
    }
  }

  #primitive(type: AvroType, sql: SqlType): string | undefined {
    switch (type.kind) {
      case 'boolean':
        if (sql.kind === 'STRING') return 'String(i.boolean())';
        return sql.kind === 'BOOLEAN' ? 'i.boolean()' : undefined;
      case 'int':
      case 'long':
        return wholeNumber(type.kind, sql);
      case 'float':
        if (sql.kind === 'STRING') return 'printFloat(i.float())';
        return sql.kind === 'DOUBLE' ? 'i.float()' : undefined;
      case 'double':
        if (sql.kind === 'STRING') return 'printDouble(i.double())';
        return sql.kind === 'DOUBLE' ? 'i.double()' : undefined;
      case 'string':
        return sql.kind === 'STRING' ? 'i.text()' : undefined;
      case 'enum': {
        if (sql.kind !== 'STRING') return undefined;
        this.tables.push(type.symbols);
        return `table[${this.tables.length - 1}][i.index(${type.symbols.length})]`;
      }
      case 'bytes':
      case 'fixed': {
        const read = type.kind === 'fixed' ? `i.fixed(${type.size})` : 'i.bytes()';
        const decimal = decimalOf(type.notes);
        if (decimal === undefined) return sql.kind === 'BYTES' ? read : undefined;
        if (sql.kind !== 'DECIMAL') return undefined;
        return `decimal(${read}, ${decimal.scale}, ${sql.precision}, ${sql.scale})`;
      }
      default:
        return undefined;
    }
  }

  #union(branches: readonly AvroType[], sql: SqlType): string {
    const only = nullableOf(branches);
    const cases = branches.map((branch, index) => {
      if (branch.kind === 'null') return `case ${index}: return null;`;
      if (branch === only) return `case ${index}: return ${this.read(branch, sql)};`;
      return `case ${index}: ${this.#branch(branch, sql)}`;
    });
    return this.#switch(branches.length, cases);
  }

  /** One of several types: a struct that has the field of this branch, and nulls. */
  #branch(branch: AvroType, sql: SqlType): string {
    if (sql.kind !== 'STRUCT') return `return ${this.#mismatch(branch, sql)};`;
    const at = indexOfName(sql.fields, branchName(branch));
    const field = sql.fields[at];
    if (field === undefined)
      return `${this.#skips.of(branch)}; return [${nullTexts(sql.fields.length).join(', ')}];`;
    const read = this.read(branch, field.type);
    return `return [${sql.fields.map((_, index) => (index === at ? read : 'null')).join(', ')}];`;
  }

  #fields(
    written: readonly { readonly name: string; readonly type: AvroType }[],
    columns: readonly StructField[],
    { trailingNulls, unread }: { readonly trailingNulls: number; readonly unread: ReadonlySet<string> },
  ): string {
    const values = [...columns.map(() => 'null'), ...nullTexts(trailingNulls)];
    const steps = written.map(({ name, type }) => {
      const at = columnOfField(columns, name, written);
      const column = columns[at];
      if (column === undefined || values[at] !== 'null' || unread.has(column.name))
        return `${this.#skips.of(type)};`;
      values[at] = `c${at}`;
      return `const c${at} = ${this.read(type, column.type)};`;
    });
    return this.#function(`${steps.join(' ')} return [${values.join(', ')}];`);
  }

  #array(type: Extract<AvroType, { kind: 'array' }>, sql: SqlType): string {
    if (sql.kind === 'ARRAY') {
      const item = this.read(type.items, sql.element);
      return this.#function(
        `const out = []; for (let n = i.count(); n !== 0; n = i.count()) for (; n > 0; n--) out.push(${item}); return out;`,
      );
    }
    const entry = entryOf(type.items);
    if (sql.kind !== 'MAP' || entry === undefined) return this.#mismatch(type, sql);
    // A map's entries have their keys first.
    return this.#map(this.read(entry.key, sql.key), this.read(entry.value, sql.value));
  }

  #map(key: string, value: string): string {
    return this.#function(
      `const out = new Map(); for (let n = i.count(); n !== 0; n = i.count()) for (; n > 0; n--) { const k = ${key}; out.set(k, ${value}); } return out;`,
    );
  }

  #mismatch(type: AvroType, sql: SqlType): string {
    return `mismatch(${JSON.stringify(type.kind.toUpperCase())}, '${sql.kind}')`;
  }
}

function wholeNumber(kind: 'int' | 'long', sql: SqlType): string | undefined {
  const read = `i.${kind}()`;
  switch (sql.kind) {
    case 'STRING':
      return `String(${read})`;
    case 'BIGINT':
      return read;
    case 'TIMESTAMP':
      return `Number(${read})`;
    case 'TIME':
      return `time(${read})`;
    case 'INTEGER':
    case 'DATE':
      return kind === 'int' ? read : undefined;
    default:
      return undefined;
  }
}
