import { type JsonObject, type JsonValue, printJson, sortedEntries } from '../json-text.ts';
import { type AvroField, type AvroName, type AvroNamed, type AvroType, fullName, isNamed } from './schema.ts';

interface AvroPrinting {
  /** Full names of types that stand elsewhere, and are named here only. */
  readonly elsewhere: ReadonlySet<string>;
  /** Whether properties and aliases come in the order of their names: the normalized form. */
  readonly sorted: boolean;
}

/**
 * Returns a schema's text in the order in which Java's `Schema.toString` has its parts: what Confluent's registry stores.
 * A named type is written where it stands first, and named after that; a namespace only where it is another one.
 */
export function printAvro(type: AvroType, printing: AvroPrinting): string {
  return new AvroPrinter(printing).type(type, undefined);
}

class AvroPrinter {
  readonly #sorted: boolean;
  /** What need not be written any more. */
  readonly #known: Set<string>;

  constructor({ elsewhere, sorted }: AvroPrinting) {
    this.#sorted = sorted;
    this.#known = new Set(elsewhere);
  }

  type(type: AvroType, namespace: string | undefined): string {
    if (type.kind === 'union') {
      return `[${type.branches.map((branch) => this.type(branch, namespace)).join(',')}]`;
    }
    if (isNamed(type)) return this.#named(type, namespace);
    if (type.kind === 'array') {
      return `{"type":"array","items":${this.type(type.items, namespace)}${this.#properties(type.properties)}}`;
    }
    if (type.kind === 'map') {
      return `{"type":"map","values":${this.type(type.values, namespace)}${this.#properties(type.properties)}}`;
    }
    if (type.properties.size === 0) return JSON.stringify(type.kind);
    return `{"type":"${type.kind}"${this.#logicalProperties(type.properties)}}`;
  }

  #named(type: AvroNamed, namespace: string | undefined): string {
    const name = fullName(type.name);
    if (this.#known.has(name)) return JSON.stringify(qualified(type.name, namespace));
    this.#known.add(name);
    const word = type.kind === 'record' && type.isError ? 'error' : type.kind;
    return `{"type":"${word}"${nameParts(type.name, namespace)}${this.#doc(type.doc)}${this.#body(type)}}`;
  }

  #body(type: AvroNamed): string {
    const aliases = this.#aliases(type.aliases.map((alias) => qualified(alias, type.name.namespace)));
    switch (type.kind) {
      case 'record': {
        const fields = type.fields.map((field) => this.#field(field, type.name.namespace)).join(',');
        return `,"fields":[${fields}]${this.#properties(type.properties)}${aliases}`;
      }
      case 'enum': {
        const chosen = type.default === undefined ? '' : `,"default":${JSON.stringify(type.default)}`;
        const symbols = JSON.stringify(type.symbols);
        return `,"symbols":${symbols}${chosen}${this.#properties(type.properties)}${aliases}`;
      }
      case 'fixed':
        return `,"size":${type.size}${this.#logicalProperties(type.properties)}${aliases}`;
    }
  }

  #field(field: AvroField, namespace: string | undefined): string {
    const type = this.type(field.type, namespace);
    const value = field.default === undefined ? '' : `,"default":${this.#json(field.default)}`;
    const order = field.order === 'ascending' ? '' : `,"order":"${field.order}"`;
    const doc = field.doc === undefined ? '' : `,"doc":${JSON.stringify(field.doc)}`;
    const rest = `${this.#aliases(field.aliases)}${this.#properties(field.properties)}`;
    return `{"name":${JSON.stringify(field.name)},"type":${type}${doc}${value}${order}${rest}}`;
  }

  #doc(doc: string | undefined): string {
    // An empty one says nothing, and is no part of the normalized form.
    return doc === undefined || (this.#sorted && doc === '') ? '' : `,"doc":${JSON.stringify(doc)}`;
  }

  #aliases(aliases: readonly string[]): string {
    if (aliases.length === 0) return '';
    return `,"aliases":${JSON.stringify(this.#sorted ? [...aliases].sort() : aliases)}`;
  }

  #properties(properties: JsonObject): string {
    const entries = this.#sorted ? sortedEntries(properties) : [...properties];
    return entries.map(([name, value]) => `,${JSON.stringify(name)}:${this.#json(value)}`).join('');
  }

  /** Sorted, what makes up a logical type stays together in front. */
  #logicalProperties(properties: JsonObject): string {
    const logicalType = properties.get('logicalType');
    if (!this.#sorted || logicalType === undefined) return this.#properties(properties);
    const first = logicalType === 'decimal' ? ['logicalType', 'precision', 'scale'] : ['logicalType'];
    const isFirst = ([name]: readonly [string, JsonValue]): boolean => first.includes(name);
    const entries = [...properties];
    return (
      this.#properties(new Map(entries.filter(isFirst))) +
      this.#properties(new Map(entries.filter((entry) => !isFirst(entry))))
    );
  }

  #json(value: JsonValue): string {
    return printJson(value, { sorted: this.#sorted });
  }
}

function nameParts({ name, namespace }: AvroName, enclosing: string | undefined): string {
  const isOther = namespace !== enclosing;
  return `,"name":${JSON.stringify(name)}${isOther ? `,"namespace":${JSON.stringify(namespace ?? '')}` : ''}`;
}

/** A name as it is enough within a namespace. */
function qualified(name: AvroName, namespace: string | undefined): string {
  return name.namespace === namespace ? name.name : fullName(name);
}
