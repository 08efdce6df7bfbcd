import { assert } from '../../../base/assert.ts';
import type { ComparisonWork } from '../comparison-work.ts';
import type { Difference } from '../parsed-schema.ts';
import { type AvroRule, avroDifference, unexpected } from './differences.ts';
import {
  type AvroEnum,
  type AvroField,
  type AvroFixed,
  type AvroNamed,
  type AvroRecord,
  type AvroType,
  type AvroUnion,
  fullName,
} from './schema.ts';
import { hasFieldAliases, UnionBranches } from './union-branches.ts';

/** What a reader's type takes beside its own: a promotion of Avro's schema resolution. */
const PROMOTIONS: Readonly<Partial<Record<AvroType['kind'], readonly AvroType['kind'][]>>> = {
  long: ['int'],
  float: ['int', 'long'],
  double: ['int', 'long', 'float'],
  bytes: ['string'],
  string: ['bytes'],
};

/**
 * Returns what keeps a reader's schema from reading what the writer's wrote, by "Schema Resolution" of Avro's specification.
 * Paths, and which of several differences are told, are those of Java's `SchemaCompatibility`.
 */
export function avroDifferences(
  reader: AvroType,
  writer: AvroType,
  work: ComparisonWork,
): readonly Difference[] {
  try {
    return new AvroComparison(reader, work).compare(reader, writer);
  } catch (error) {
    if (error instanceof AmbiguousField) return [unexpected(error.message)];
    throw error;
  }
}

/** Thrown where a reader's field has several of the writer's to choose from: Java's library gives up there, too. */
class AmbiguousField extends Error {}

class AvroComparison {
  readonly #work: ComparisonWork;
  readonly #path: string[] = [];
  /** Undefined where all branches are compared: one of another name, too, may have an {@link AmbiguousField}. */
  readonly #branches: UnionBranches | undefined;
  readonly #fieldsByName = new Map<AvroRecord, ReadonlyMap<string, AvroField>>();
  /** What each pair has come to; undefined while it is being compared, when it holds as compatible: types may be recursive. */
  readonly #results = new Map<AvroType, Map<AvroType, readonly Difference[] | undefined>>();

  constructor(root: AvroType, work: ComparisonWork) {
    this.#work = work;
    this.#branches = hasFieldAliases(root) ? undefined : new UnionBranches();
  }

  compare(reader: AvroType, writer: AvroType): readonly Difference[] {
    const differences = this.#known(reader, writer);
    // Those of a pair are told at each place that leads to it.
    this.#work.spend(1 + differences.length);
    return differences;
  }

  #known(reader: AvroType, writer: AvroType): readonly Difference[] {
    let results = this.#results.get(reader);
    if (results === undefined) this.#results.set(reader, (results = new Map()));
    if (results.has(writer)) return results.get(writer) ?? [];
    results.set(writer, undefined);
    const differences = this.#work.within(() => this.#compareOnce(reader, writer));
    results.set(writer, differences);
    return differences;
  }

  #compareOnce(reader: AvroType, writer: AvroType): readonly Difference[] {
    if (writer.kind === 'union' && reader.kind !== 'union') {
      return writer.branches.flatMap((branch, index) => this.#at(index, () => this.compare(reader, branch)));
    }
    switch (reader.kind) {
      case 'union':
        return writer.kind === 'union' ? this.#unions(reader, writer) : this.#branch(reader, writer);
      case 'array':
        if (writer.kind !== 'array') break;
        return this.#at('items', () => this.compare(reader.items, writer.items));
      case 'map':
        if (writer.kind !== 'map') break;
        return this.#at('values', () => this.compare(reader.values, writer.values));
      case 'fixed':
        if (writer.kind !== 'fixed') break;
        return [...this.#names(reader, writer), ...this.#sizes(reader, writer)];
      case 'enum':
        if (writer.kind !== 'enum') break;
        return [...this.#names(reader, writer), ...this.#symbols(reader, writer)];
      case 'record':
        if (writer.kind !== 'record') break;
        return [...this.#names(reader, writer), ...this.#fields(reader, writer)];
      default:
        if (reader.kind === writer.kind || PROMOTIONS[reader.kind]?.includes(writer.kind) === true) return [];
    }
    const info = `reader type: ${word(reader)} not compatible with writer type: ${word(writer)}`;
    return [this.#difference('TYPE_MISMATCH', info)];
  }

  /** Each branch that may have been written needs one that reads it. */
  #unions(reader: AvroUnion, writer: AvroUnion): readonly Difference[] {
    return writer.branches.flatMap((branch, index) =>
      this.#at(index, () => (this.compare(reader, branch).length === 0 ? [] : [this.#missingBranch(branch)])),
    );
  }

  #branch(reader: AvroUnion, writer: AvroType): readonly Difference[] {
    const branches = this.#branches?.candidates(reader, writer) ?? reader.branches;
    const isRead = branches.some((branch) => this.compare(branch, writer).length === 0);
    return isRead ? [] : [this.#missingBranch(writer)];
  }

  #missingBranch(writer: AvroType): Difference {
    return this.#difference('MISSING_UNION_BRANCH', `reader union lacking writer type: ${word(writer)}`);
  }

  /** Namespaces may differ; an alias of the reader's is the writer's full name. */
  #names(reader: AvroNamed, writer: AvroNamed): readonly Difference[] {
    const name = fullName(writer.name);
    if (reader.name.name === writer.name.name) return [];
    if (reader.aliases.some((alias) => fullName(alias) === name)) return [];
    return this.#at('name', () => [this.#difference('NAME_MISMATCH', `expected: ${name}`)]);
  }

  #sizes(reader: AvroFixed, writer: AvroFixed): readonly Difference[] {
    if (reader.size === writer.size) return [];
    const info = `expected: ${writer.size}, found: ${reader.size}`;
    return this.#at('size', () => [this.#difference('FIXED_SIZE_MISMATCH', info)]);
  }

  #symbols(reader: AvroEnum, writer: AvroEnum): readonly Difference[] {
    if (reader.default !== undefined) return [];
    this.#work.spend(reader.symbols.length + writer.symbols.length);
    const known = new Set(reader.symbols);
    const missing = writer.symbols.filter((symbol) => !known.has(symbol)).sort();
    if (missing.length === 0) return [];
    return this.#at('symbols', () => [this.#difference('MISSING_ENUM_SYMBOLS', `[${missing.join(', ')}]`)]);
  }

  #fields(reader: AvroRecord, writer: AvroRecord): readonly Difference[] {
    return this.#at('fields', () =>
      reader.fields.flatMap((field, index) => this.#at(index, () => this.#field(field, writer))),
    );
  }

  #field(field: AvroField, writer: AvroRecord): readonly Difference[] {
    const written = this.#written(field, writer);
    if (written !== undefined) return this.#at('type', () => this.compare(field.type, written.type));
    if (field.default !== undefined) return [];
    // Java's library lets an enum with a default stand for it, but compares it with the record: they never match.
    if (field.type.kind === 'enum' && field.type.default !== undefined) {
      return this.#at('type', () => this.compare(field.type, writer));
    }
    return [this.#difference('READER_FIELD_MISSING_DEFAULT_VALUE', field.name)];
  }

  /**
   * The writer's field of the reader's name, or of one of its aliases.
   * @throws {AmbiguousField}
   */
  #written(field: AvroField, writer: AvroRecord): AvroField | undefined {
    let fields = this.#fieldsByName.get(writer);
    if (fields === undefined) {
      fields = new Map(writer.fields.map((one) => [one.name, one]));
      this.#fieldsByName.set(writer, fields);
    }
    const names = new Set([field.name, ...field.aliases]);
    this.#work.spend(names.size);
    const [found, ...more] = [...names].flatMap((name) => fields.get(name) ?? []);
    if (more.length === 0) return found;
    throw new AmbiguousField(
      `Reader record field ${field.name} matches multiple fields in writer record schema ${fullName(writer.name)}`,
    );
  }

  #difference(rule: AvroRule, info: string): Difference {
    return avroDifference(rule, { path: `/${this.#path.join('/')}`, info });
  }

  #at<T>(part: string | number, compare: () => T): T {
    this.#path.push(String(part));
    const result = compare();
    const left = this.#path.pop();
    assert(left === String(part), 'a path is left as it was entered');
    return result;
  }
}

function word(type: AvroType): string {
  return type.kind.toUpperCase();
}
