import { compileFunction } from '../../base/compile-function.ts';
import { indexOfName } from '../contract/field-names.ts';
import type { FormatSpec } from '../contract/format.ts';
import type { RowWriter } from '../contract/registered-serde.ts';
import type { Decimal } from '../model/decimal.ts';
import type { SqlType, StructField } from '../model/sql-type.ts';
import type { Row } from '../model/sql-value.ts';
import { SerdeError } from '../model/serde-error.ts';
import { fixedUnscaled, unscaledBytes } from '../model/decimal-bytes.ts';
import { branchName, decimalOf, entryOf, nullableOf } from './connect-types.ts';
import { defaultBytes } from './default-bytes.ts';
import { AvroOutput } from './output.ts';
import type { AvroField, AvroType } from './schema-tree.ts';

/** What generated writers call. */
const helpers = {
  refuse(problem: string): never {
    throw new SerdeError(problem);
  },
  symbol(symbols: ReadonlyMap<string, number>, value: string): number {
    const index = symbols.get(value);
    if (index === undefined) throw new SerdeError(`no symbol of the enum: ${value}`);
    return index;
  },
  decimalBytes: (value: Decimal, scale: number): Buffer => unscaledBytes(scaled(value, scale)),
  decimalFixed: (value: Decimal, scale: number, length: number): Buffer =>
    fixedUnscaled(scaled(value, scale), length),
} as const;

function scaled(value: Decimal, scale: number): bigint {
  try {
    return value.withScale(scale, 'UNNECESSARY').unscaled;
  } catch (error) {
    throw new SerdeError(
      `BigDecimal has mismatching scale value for given Decimal schema: ${value.toString()}`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Compiles the writer of rows by an Avro schema. Columns are put into the fields of their names; fields that no column is for
 * have their default, or null where they may.
 */
export function avroWriter(
  type: AvroType,
  schemaId: number,
  { columns }: Pick<FormatSpec, 'columns'>,
  isBare: boolean,
): RowWriter {
  const code = new WriterCode();
  const [bare] = columns;
  const body =
    isBare && bare !== undefined
      ? code.write(type, bare.type, 'row[0]', 'the value')
      : code.write(type, { kind: 'STRUCT', fields: columns }, 'row', 'the value');
  const write = compileFunction<(output: AvroOutput, row: Row) => void>(
    { ...helpers, table: code.tables },
    `${code.functions.join('\n')}\nreturn (o, row) => { ${body} };`,
  );
  const output = new AvroOutput(schemaId);
  return (row) => {
    // A bare null is no bytes.
    if (isBare && (row[0] ?? null) === null) return null;
    output.begin();
    write(output, row);
    return output.take();
  };
}

/** Statements of generated code over an output `o`. */
class WriterCode {
  readonly functions: string[] = [];
  readonly tables: unknown[] = [];

  #table(value: unknown): string {
    this.tables.push(value);
    return `table[${this.tables.length - 1}]`;
  }

  /** Calls a function of a value, `v`. */
  #call(value: string, body: string): string {
    const name = `f${this.functions.length}`;
    this.functions.push(`function ${name}(o, v) { ${body} }`);
    return `${name}(o, ${value});`;
  }

  /** Writes a value; a null only where the schema has a place for it. */
  write(type: AvroType, sql: SqlType, value: string, path: string): string {
    if (type.kind === 'union') return this.#union(type.branches, sql, value, path);
    const missing = refusal(`Null value for the required field ${path}`);
    const written = this.#present(type, sql, path);
    return this.#call(value, `if (v === null || v === undefined) { ${missing} } ${written}`);
  }

  /** Writes `v`, which is not null. */
  #present(type: AvroType, sql: SqlType, path: string): string {
    switch (type.kind) {
      case 'null':
      case 'union':
        return refusal(`no value but null can be written to ${path}`);
      case 'record':
        if (sql.kind !== 'STRUCT') break;
        return this.#fields(type.fields, sql.fields, path);
      case 'array':
        return this.#array(type, sql, path);
      case 'map':
        if (sql.kind !== 'MAP') break;
        return blocks(
          'v.size',
          `for (const [k, e] of v) { o.text(String(k)); ${this.write(type.values, sql.value, 'e', path)} }`,
        );
      default:
        return this.#primitive(type, sql) ?? refuseType(type, sql, path);
    }
    return refuseType(type, sql, path);
  }

  #primitive(type: AvroType, sql: SqlType): string | undefined {
    switch (type.kind) {
      case 'boolean':
        return sql.kind === 'BOOLEAN' ? 'o.boolean(v);' : undefined;
      case 'int':
        return ['INTEGER', 'DATE', 'TIME'].includes(sql.kind) ? 'o.int(v);' : undefined;
      case 'long':
        return ['BIGINT', 'INTEGER', 'TIMESTAMP', 'DATE', 'TIME'].includes(sql.kind)
          ? 'o.long(v);'
          : undefined;
      case 'float':
      case 'double':
        return sql.kind === 'DOUBLE' ? `o.${type.kind}(v);` : undefined;
      case 'string':
        return sql.kind === 'STRING' ? 'o.text(v);' : undefined;
      case 'enum': {
        if (sql.kind !== 'STRING') return undefined;
        const symbols = this.#table(new Map(type.symbols.map((symbol, index) => [symbol, index])));
        return `o.int(symbol(${symbols}, v));`;
      }
      case 'bytes':
      case 'fixed': {
        const decimal = decimalOf(type.notes);
        if (decimal === undefined) {
          if (sql.kind !== 'BYTES') return undefined;
          return type.kind === 'fixed' ? `o.fixed(v, ${type.size});` : 'o.bytes(v);';
        }
        if (sql.kind !== 'DECIMAL') return undefined;
        return type.kind === 'fixed'
          ? `o.raw(decimalFixed(v, ${decimal.scale}, ${type.size}));`
          : `o.bytes(decimalBytes(v, ${decimal.scale}));`;
      }
      default:
        return undefined;
    }
  }

  #union(branches: readonly AvroType[], sql: SqlType, value: string, path: string): string {
    const nullAt = branches.findIndex(({ kind }) => kind === 'null');
    const ofNull =
      nullAt < 0 ? refusal(`Null value for the required field ${path}`) : `o.int(${nullAt}); return;`;
    const head = `if (v === null || v === undefined) { ${ofNull} }`;
    const only = nullableOf(branches);
    if (only !== undefined) {
      return this.#call(value, `${head} o.int(${branches.indexOf(only)}); ${this.#present(only, sql, path)}`);
    }
    if (sql.kind !== 'STRUCT') return this.#call(value, refusal(`${path} is a union of several types`));
    const steps = branches.flatMap((branch, index) => {
      const at = indexOfName(sql.fields, branchName(branch));
      const field = sql.fields[at];
      if (branch.kind === 'null' || field === undefined) return [];
      const put = this.write(branch, field.type, `v[${at}]`, `${path}.${field.name}`);
      return [`if (v[${at}] !== null && v[${at}] !== undefined) { o.int(${index}); ${put} return; }`];
    });
    return this.#call(value, `${head} ${steps.join(' ')} ${ofNull}`);
  }

  #fields(fields: readonly AvroField[], columns: readonly StructField[], path: string): string {
    return fields
      .map((field) => {
        const at = indexOfName(columns, field.name);
        const column = columns[at];
        if (column !== undefined) return this.#field(field, column.type, `v[${at}]`, path);
        const bytes = defaultBytes(field);
        if (bytes !== undefined) return `o.raw(${this.#table(bytes)});`;
        return refusal(
          `Missing default value for required Avro field: [${field.name}]. This field appears in Avro schema in Schema Registry.`,
        );
      })
      .join(' ');
  }

  /** A null in a field that has to have a value is its default. */
  #field(field: AvroField, sql: SqlType, value: string, path: string): string {
    const write = this.write(field.type, sql, value, pathOf(path, field.name));
    const isNullable = field.type.kind === 'union' && field.type.branches.some(({ kind }) => kind === 'null');
    const bytes = isNullable || field.fallback === undefined ? undefined : defaultBytes(field);
    if (bytes === undefined) return write;
    return `if (${value} === null || ${value} === undefined) o.raw(${this.#table(bytes)}); else { ${write} }`;
  }

  #array(type: Extract<AvroType, { kind: 'array' }>, sql: SqlType, path: string): string {
    if (sql.kind === 'ARRAY') {
      return blocks('v.length', `for (const e of v) { ${this.write(type.items, sql.element, 'e', path)} }`);
    }
    const entry = entryOf(type.items);
    if (sql.kind !== 'MAP' || entry === undefined) return refuseType(type, sql, path);
    const key = this.write(entry.key, sql.key, 'k', path);
    return blocks(
      'v.size',
      `for (const [k, e] of v) { ${key} ${this.write(entry.value, sql.value, 'e', path)} }`,
    );
  }
}

/** An ARRAY or a MAP: one block of all items, and the end. */
const blocks = (count: string, items: string): string =>
  `if (${count} > 0) { o.int(${count}); ${items} } o.int(0);`;

const refusal = (problem: string): string => `refuse(${JSON.stringify(problem)});`;

const refuseType = (type: AvroType, sql: SqlType, path: string): string =>
  refusal(`${path} is a ${sql.kind}, which Avro's ${type.kind} cannot hold`);

const pathOf = (path: string, name: string): string => (path === 'the value' ? name : `${path}.${name}`);
