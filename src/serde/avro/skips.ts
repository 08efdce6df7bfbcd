import type { AvroType } from './schema-tree.ts';

/** Code that passes over values that nobody looks at, over an input `i`. */
export class AvroSkips {
  /** What the code calls. */
  readonly functions: string[] = [];
  readonly #skips = new Map<AvroType, string>();

  /** Passes over a value. */
  of(type: AvroType): string {
    switch (type.kind) {
      case 'null':
        return '';
      case 'boolean':
        return 'i.boolean()';
      case 'int':
        return 'i.int()';
      case 'long':
        return 'i.long()';
      case 'enum':
        return `i.index(${type.symbols.length})`;
      case 'float':
        return 'i.skip(4)';
      case 'double':
        return 'i.skip(8)';
      case 'bytes':
      case 'string':
        return 'i.skip(i.length())';
      case 'fixed':
        return `i.skip(${type.size})`;
      default:
        return this.#skipWithin(type);
    }
  }

  #skipWithin(type: Extract<AvroType, { kind: 'array' | 'map' | 'record' | 'union' }>): string {
    const known = this.#skips.get(type);
    if (known !== undefined) return known;
    const name = `s${this.#skips.size}`;
    this.#skips.set(type, `${name}(i)`);
    this.functions.push(`function ${name}(i) { ${this.#skipBody(type)} }`);
    return `${name}(i)`;
  }

  #skipBody(type: Extract<AvroType, { kind: 'array' | 'map' | 'record' | 'union' }>): string {
    switch (type.kind) {
      case 'record':
        return type.fields.map((field) => `${this.of(field.type)};`).join(' ');
      case 'union': {
        const cases = type.branches.map((branch, index) => `case ${index}: ${this.of(branch)}; break;`);
        return `switch (i.index(${type.branches.length})) { ${cases.join(' ')} }`;
      }
      default: {
        const item =
          type.kind === 'array' ? this.of(type.items) : `i.skip(i.length()); ${this.of(type.values)}`;
        return `for (let n = i.count(); n !== 0; n = i.count()) for (; n > 0; n--) { ${item}; }`;
      }
    }
  }
}
