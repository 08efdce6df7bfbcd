import { compileFunction } from '../../base/compile-function.ts';
import { defaultBytes } from '../avro/default-bytes.ts';
import { AvroOutput } from '../avro/output.ts';
import { type AvroField, type AvroType, simpleName } from '../avro/schema-tree.ts';
import type { ObjectWriter } from './object-codec.ts';
import { refusal, valueChecks } from './value-checks.ts';

/**
 * Compiles the writer of values by an Avro schema. Fields that a value does not have are written with their default, or null
 * where they may be; of a union the first branch that the value fits is written.
 */
export function avroObjectWriter(type: AvroType, schemaId: number): ObjectWriter {
  const code = new WriterCode();
  const body = code.write(type, 'value', 'the value');
  const write = compileFunction<(output: AvroOutput, value: unknown) => void>(
    { ...valueChecks, table: code.tables },
    `${code.functions.join('\n')}\nreturn (o, value) => { ${body} };`,
  );
  const output = new AvroOutput(schemaId);
  return (value) => {
    output.begin();
    write(output, value);
    return output.take();
  };
}

/** Statements of generated code over an output `o`. */
class WriterCode {
  readonly functions: string[] = [];
  readonly tables: unknown[] = [];
  readonly #records = new Map<AvroType, string>();

  #table(value: unknown): string {
    this.tables.push(value);
    return `table[${this.tables.length - 1}]`;
  }

  /** Writes a value, `v`, which is an expression without effects. */
  write(type: AvroType, v: string, path: string): string {
    switch (type.kind) {
      case 'record':
        return `if (!isObject(${v})) ${refusal(path, kindOf(type), v)} ${this.#record(type, path)}(o, ${v});`;
      case 'union':
        return this.#union(type.branches, v, path);
      default:
        return `if (!(${this.#test(type, v)})) ${refusal(path, kindOf(type), v)} ${this.#put(type, v, path)}`;
    }
  }

  /** Whether a value is of a type, as far as it takes to tell the branches of a union apart. */
  #test(type: AvroType, v: string): string {
    switch (type.kind) {
      case 'null':
        return `(${v} === null || ${v} === undefined)`;
      case 'boolean':
      case 'string':
        return `typeof ${v} === '${type.kind}'`;
      case 'int':
        return `isInt(${v})`;
      case 'long':
        return `isLong(${v})`;
      case 'float':
      case 'double':
        return `typeof ${v} === 'number'`;
      case 'bytes':
        return `isBytes(${v})`;
      case 'fixed':
        return `(isBytes(${v}) && ${v}.length === ${type.size})`;
      case 'enum':
        return `${this.#table(symbolsOf(type.symbols))}.has(${v})`;
      case 'array':
        return `Array.isArray(${v})`;
      case 'map':
        return `isObject(${v})`;
      case 'record': {
        const required = type.fields.filter((field) => !isLeftOut(field));
        return [`isObject(${v})`, ...required.map(({ name }) => `${member(v, name)} !== undefined`)].join(
          ' && ',
        );
      }
      case 'union':
        return 'true';
    }
  }

  /** Writes `v`, which has passed the test of the type. */
  #put(type: AvroType, v: string, path: string): string {
    switch (type.kind) {
      case 'null':
        return '';
      case 'string':
        return `o.text(${v});`;
      case 'boolean':
      case 'int':
      case 'long':
      case 'float':
      case 'double':
      case 'bytes':
        return `o.${type.kind}(${v});`;
      case 'fixed':
        return `o.raw(${v});`;
      case 'enum':
        return `o.int(${this.#table(symbolsOf(type.symbols))}.get(${v}));`;
      case 'record':
        return `${this.#record(type, path)}(o, ${v});`;
      case 'array':
        return this.#call(
          `if (v.length > 0) { o.int(v.length); for (const e of v) { ${this.write(type.items, 'e', `an item of ${path}`)} } } o.int(0);`,
          v,
        );
      case 'map':
        return this.#call(
          `const keys = Object.keys(v); if (keys.length > 0) { o.int(keys.length); for (const k of keys) { o.text(k); const e = v[k]; ${this.write(type.values, 'e', `a value of ${path}`)} } } o.int(0);`,
          v,
        );
      case 'union':
        return this.#union(type.branches, v, path);
    }
  }

  #call(body: string, v: string): string {
    const at = this.functions.push('') - 1;
    this.functions[at] = `function f${at}(o, v) { ${body} }`;
    return `f${at}(o, ${v});`;
  }

  #union(branches: readonly AvroType[], v: string, path: string): string {
    const only = branches.filter(({ kind }) => kind !== 'null');
    const nullAt = branches.findIndex(({ kind }) => kind === 'null');
    const ofNull = nullAt < 0 ? '' : `if (${v} === null || ${v} === undefined) { o.int(${nullAt}); } else `;
    const [first] = only;
    if (only.length === 1 && first !== undefined) {
      return `${ofNull}{ o.int(${branches.indexOf(first)}); ${this.write(first, v, path)} }`;
    }
    const steps = only.map(
      (branch) =>
        `if (${this.#test(branch, v)}) { o.int(${branches.indexOf(branch)}); ${this.#put(branch, v, path)} } else `,
    );
    return `${ofNull}${steps.join('')}{ ${refusal(path, kindOf({ kind: 'union', branches }), v)} }`;
  }

  /** The name of the function that writes a record's fields. */
  #record(type: Extract<AvroType, { kind: 'record' }>, path: string): string {
    const known = this.#records.get(type);
    if (known !== undefined) return known;
    const at = this.functions.push('') - 1;
    const name = `f${at}`;
    this.#records.set(type, name);
    const within = path === 'the value' ? '' : `${simpleName(type.name)}.`;
    const steps = type.fields.map((field) => this.#field(field, within + field.name));
    this.functions[at] = `function ${name}(o, v) { ${steps.map((step) => `{ ${step} }`).join('\n')} }`;
    return name;
  }

  #field(field: AvroField, within: string): string {
    const write = `const e = ${member('v', field.name)};`;
    const bytes = isNullable(field.type) && field.fallback === undefined ? undefined : defaultBytes(field);
    if (bytes === undefined || field.type.kind === 'null')
      return `${write} ${this.write(field.type, 'e', within)}`;
    return `${write} if (e === undefined) o.raw(${this.#table(bytes)}); else { ${this.write(field.type, 'e', within)} }`;
  }
}

const isNullable = (type: AvroType): boolean =>
  type.kind === 'null' || (type.kind === 'union' && type.branches.some(({ kind }) => kind === 'null'));

/** Whether a value need not have a field. */
const isLeftOut = ({ type, fallback }: AvroField): boolean => fallback !== undefined || isNullable(type);

const member = (value: string, name: string): string => `${value}[${JSON.stringify(name)}]`;

const symbolsOf = (symbols: readonly string[]): ReadonlyMap<string, number> =>
  new Map(symbols.map((symbol, index) => [symbol, index]));

const kindOf = (type: AvroType): string =>
  type.kind === 'union' ? `one of ${type.branches.map(({ kind }) => kind).join(', ')}` : type.kind;
