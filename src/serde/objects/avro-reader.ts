import { compileFunction } from '../../base/compile-function.ts';
import { AvroInput } from '../avro/input.ts';
import { type AvroField, type AvroRecord, type AvroType, simpleName } from '../avro/schema-tree.ts';
import { AvroSkips } from '../avro/skips.ts';
import type { Int64 } from '../model/int64.ts';
import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES } from '../schemas/envelope.ts';
import { avroDefault } from './avro-default.ts';
import { keyCode, putEntry } from './generated-record.ts';
import type { ObjectReader } from './object-codec.ts';

/** What generated readers call. */
const helpers = {
  safe(value: Int64): number {
    if (typeof value === 'number') return value;
    throw new SerdeError(`${value} is beyond 2^53`);
  },
  refuse(problem: string): never {
    throw new SerdeError(problem);
  },
  symbol(symbols: readonly (string | undefined)[], index: number, name: string): string {
    const found = symbols[index];
    if (found !== undefined) return found;
    throw new SerdeError(`a symbol that the enum ${name} of the reader does not have`);
  },
  putEntry,
} as const;

/**
 * Compiles the reader of values that were written with one schema, as another one has them: Avro's schema resolution (specification
 * 1.11, "Schema Resolution"): fields are found by names and aliases, those that are missing have their default, numbers widen, what does
 * not fit is refused when a record has it. Names of records may differ.
 */
export function avroObjectReader(written: AvroType, wanted: AvroType): ObjectReader {
  const code = new ResolverCode();
  const value = code.read(written, wanted);
  const read = compileFunction<(input: AvroInput) => unknown>(
    { ...helpers, table: code.tables },
    `${[...code.skips.functions, ...code.functions].join('\n')}\nreturn (i) => ${value};`,
  );
  const input = new AvroInput();
  return (bytes) => {
    input.begin(bytes, ENVELOPE_BYTES);
    try {
      const result = read(input);
      input.end();
      return result;
    } catch (error) {
      // Types that contain themselves may be nested as deep as bytes say.
      if (error instanceof RangeError) throw new SerdeError(error.message, { cause: error });
      throw error;
    }
  };
}

const WIDER: Readonly<Record<string, readonly string[]>> = {
  int: ['long', 'float', 'double'],
  long: ['float', 'double'],
  float: ['double'],
  string: ['bytes'],
  bytes: ['string'],
};

/** Expressions of generated code over an input `i`; what takes more than an expression is a function of its own. */
class ResolverCode {
  readonly functions: string[] = [];
  /** Values that the code names: `table[0]`, … */
  readonly tables: unknown[] = [];
  readonly skips = new AvroSkips();
  /** The functions of pairs of types, which may contain themselves. */
  readonly #known = new Map<AvroType, Map<AvroType, string>>();

  /** Reads what is written as what is wanted. */
  read(written: AvroType, wanted: AvroType): string {
    if (written.kind === 'union')
      return this.#once(written, wanted, () => this.#writtenUnion(written.branches, wanted));
    if (wanted.kind === 'union') {
      const branch = branchFor(written, wanted.branches);
      return branch === undefined ? mismatch(written, wanted) : this.read(written, branch);
    }
    if (!fits(written, wanted)) return mismatch(written, wanted);
    switch (written.kind) {
      case 'record':
        return wanted.kind === 'record'
          ? this.#once(written, wanted, () => this.#record(written, wanted))
          : 'null';
      case 'array':
      case 'map':
        return this.#once(written, wanted, () => this.#items(written, wanted));
      case 'enum':
        return this.#symbol(written.symbols, wanted);
      default:
        return scalar(written, wanted.kind);
    }
  }

  #once(written: AvroType, wanted: AvroType, body: () => string): string {
    const known = this.#known.get(written) ?? new Map<AvroType, string>();
    this.#known.set(written, known);
    let call = known.get(wanted);
    if (call === undefined) {
      const at = this.functions.push('') - 1;
      call = `f${at}(i)`;
      known.set(wanted, call);
      this.functions[at] = `function f${at}(i) { ${body()} }`;
    }
    return call;
  }

  #writtenUnion(branches: readonly AvroType[], wanted: AvroType): string {
    const cases = branches.map((branch, index) => `case ${index}: return ${this.read(branch, wanted)};`);
    return `switch (i.index(${branches.length})) { ${cases.join(' ')} }`;
  }

  #record(written: AvroRecord, wanted: AvroRecord): string {
    const values = new Map<AvroField, string>();
    const steps = written.fields.map((field) => {
      const target = fieldFor(field, wanted.fields);
      if (target === undefined || values.has(target)) return `${this.skips.of(field.type)};`;
      const name = `c${values.size}`;
      values.set(target, name);
      return `const ${name} = ${this.read(field.type, target.type)};`;
    });
    const entries = wanted.fields.map(
      (field) => `${keyCode(field.name)}: ${values.get(field) ?? this.#missing(field, wanted)}`,
    );
    return `${steps.join(' ')} return { ${entries.join(', ')} };`;
  }

  /** A default is made anew for each value: whoever has it may change it. */
  #missing(field: AvroField, { name }: AvroRecord): string {
    if (field.fallback === undefined)
      return refusal(`${name} was written without its field ${field.name}, which has no default`);
    const make = avroDefault(field);
    this.tables.push(make);
    return `table[${this.tables.length - 1}]()`;
  }

  #items(written: AvroType, wanted: AvroType): string {
    if (written.kind === 'array' && wanted.kind === 'array') {
      const item = this.read(written.items, wanted.items);
      return `const out = []; for (let n = i.count(); n !== 0; n = i.count()) for (; n > 0; n--) out.push(${item}); return out;`;
    }
    if (written.kind !== 'map' || wanted.kind !== 'map') return `return ${mismatch(written, wanted)};`;
    const value = this.read(written.values, wanted.values);
    return `const out = {}; for (let n = i.count(); n !== 0; n = i.count()) for (; n > 0; n--) { const k = i.text(); putEntry(out, k, ${value}); } return out;`;
  }

  #symbol(symbols: readonly string[], wanted: AvroType): string {
    if (wanted.kind !== 'enum') return 'null';
    const { fallback, name } = wanted;
    this.tables.push(symbols.map((symbol) => (wanted.symbols.includes(symbol) ? symbol : fallback)));
    return `symbol(table[${this.tables.length - 1}], i.index(${symbols.length}), ${JSON.stringify(name)})`;
  }
}

function scalar(written: AvroType, wanted: string): string {
  switch (written.kind) {
    case 'null':
      return 'null';
    case 'int':
      return 'i.int()';
    case 'long':
      return wanted === 'long' ? 'safe(i.long())' : 'Number(i.long())';
    case 'fixed':
      return `i.fixed(${written.size})`;
    case 'string':
    case 'bytes':
      return wanted === 'string' ? 'i.text()' : 'i.bytes()';
    default:
      return `i.${written.kind}()`;
  }
}

/** The field that a written one is read as: of its name, or with an alias of it. */
function fieldFor({ name }: AvroField, fields: readonly AvroField[]): AvroField | undefined {
  return fields.find((field) => field.name === name) ?? fields.find(({ aliases }) => aliases.includes(name));
}

/** Whether a type that is no union may be read as another. */
function fits(written: AvroType, wanted: AvroType): boolean {
  if (written.kind === 'fixed' && wanted.kind === 'fixed') return written.size === wanted.size;
  return written.kind === wanted.kind || (WIDER[written.kind] ?? []).includes(wanted.kind);
}

/** The branch of a union that a type is read as: of its own kind and name, else of its kind, else a wider one. */
function branchFor(written: AvroType, branches: readonly AvroType[]): AvroType | undefined {
  const same = branches.filter((branch) => branch.kind === written.kind && fits(written, branch));
  const name = nameOf(written);
  return (
    same.find((branch) => nameOf(branch) === name) ??
    same.find((branch) => simpleName(nameOf(branch)) === simpleName(name)) ??
    same[0] ??
    branches.find((branch) => fits(written, branch))
  );
}

const nameOf = (type: AvroType): string => ('name' in type ? type.name : '');

const refusal = (problem: string): string => `refuse(${JSON.stringify(problem)})`;

function mismatch(written: AvroType, wanted: AvroType): string {
  const described =
    wanted.kind === 'union'
      ? `a union of ${wanted.branches.map(({ kind }) => kind).join(', ')}`
      : wanted.kind;
  return refusal(`what was written as ${written.kind} cannot be read as ${described}`);
}
