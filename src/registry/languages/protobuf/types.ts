import {
  mapTypes,
  type MapTypes,
  type ProtoEnum,
  type ProtoFile,
  type ProtoMessage,
  SCALARS,
} from './file.ts';

/** A message or an enum where it is defined. */
export interface DefinedType {
  readonly type: ProtoMessage | ProtoEnum;
  readonly packageName: string;
  /** The import that it comes from; undefined for the schema's own file. */
  readonly origin: string | undefined;
  /** Of the message that stands for a map's entry, as descriptors have one. */
  readonly map: MapTypes | undefined;
}

/** All types that a file may name: its own and those of what it imports, by full name without a dot in front. */
export class ProtoTypes {
  readonly #types = new Map<string, DefinedType>();

  add(file: ProtoFile, origin: string | undefined): void {
    const packageName = file.packageName ?? '';
    const addAll = (scope: string, { messages, enums }: Pick<ProtoFile, 'messages' | 'enums'>): void => {
      for (const type of enums)
        this.#types.set(joined(scope, type.name), { type, packageName, origin, map: undefined });
      for (const type of messages) {
        const name = joined(scope, type.name);
        this.#types.set(name, { type, packageName, origin, map: entryTypes(type) });
        addAll(name, type);
      }
    };
    addAll(packageName, file);
  }

  get(fullName: string): DefinedType | undefined {
    return this.#types.get(fullName.startsWith('.') ? fullName.slice(1) : fullName);
  }

  has(fullName: string): boolean {
    return this.#types.has(fullName);
  }

  /** Returns the full name of a type that is named within a scope: the innermost one wins, as in C++. */
  resolve(name: string, scope: string): string | undefined {
    if (name.startsWith('.')) return this.#types.has(name.slice(1)) ? name.slice(1) : undefined;
    for (let within = scope; ; within = outer(within)) {
      const fullName = joined(within, name);
      if (this.#types.has(fullName)) return fullName;
      if (within === '') return undefined;
    }
  }

  find(name: string, scope: string): DefinedType | undefined {
    const fullName = this.resolve(name, scope);
    return fullName === undefined ? undefined : this.#types.get(fullName);
  }

  /** The types of a map field, whether it is written `map<K, V>` or names the message of its entries. */
  mapOf(type: string, scope: string): MapTypes | undefined {
    return SCALARS.has(type) ? undefined : (mapTypes(type) ?? this.find(type, scope)?.map);
  }
}

function entryTypes({ options, fields }: ProtoMessage): MapTypes | undefined {
  const isEntry = options.some(
    ({ name, value }) => name === 'map_entry' && value.kind === 'word' && value.text === 'true',
  );
  const key = fields.find(({ name }) => name === 'key');
  const value = fields.find(({ name }) => name === 'value');
  return isEntry && key !== undefined && value !== undefined
    ? { key: key.type, value: value.type }
    : undefined;
}

export function joined(scope: string, name: string): string {
  return scope === '' ? name : `${scope}.${name}`;
}

function outer(scope: string): string {
  return scope.slice(0, Math.max(0, scope.lastIndexOf('.')));
}
