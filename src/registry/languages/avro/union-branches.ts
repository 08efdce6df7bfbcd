import { type AvroNamed, type AvroType, type AvroUnion, fullName, isNamed } from './schema.ts';

/**
 * The branches of reader's unions by what they can read, so that a branch that was written meets those of its name alone and not
 * each of thousands.
 */
export class UnionBranches {
  readonly #indexes = new Map<AvroUnion, BranchIndex>();

  /** The branches that could read what was written; all others differ in kind or name. */
  candidates(union: AvroUnion, writer: AvroType): readonly AvroType[] {
    let index = this.#indexes.get(union);
    if (index === undefined) this.#indexes.set(union, (index = new BranchIndex(union)));
    return isNamed(writer) ? index.named(writer) : index.unnamed;
  }
}

class BranchIndex {
  /** Ten at most: a union has each kind once. */
  readonly unnamed: readonly AvroType[];
  /** By simple name, since namespaces may differ. */
  readonly #byName = new Map<string, AvroNamed[]>();
  /** By full name. */
  readonly #byAlias = new Map<string, AvroNamed[]>();

  constructor({ branches }: AvroUnion) {
    this.unnamed = branches.filter((branch) => !isNamed(branch));
    for (const branch of branches) {
      if (!isNamed(branch)) continue;
      put(this.#byName, branch.name.name, branch);
      for (const alias of branch.aliases) put(this.#byAlias, fullName(alias), branch);
    }
  }

  named({ kind, name }: AvroNamed): readonly AvroNamed[] {
    const found = [...(this.#byName.get(name.name) ?? []), ...(this.#byAlias.get(fullName(name)) ?? [])];
    return found.filter((branch) => branch.kind === kind);
  }
}

function put(index: Map<string, AvroNamed[]>, key: string, branch: AvroNamed): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [branch]);
  else list.push(branch);
}

/** Whether a field of a schema has aliases, within all of its types. */
export function hasFieldAliases(root: AvroType): boolean {
  const seen = new Set<AvroType>([root]);
  // A set goes on with what is added to it meanwhile.
  for (const type of seen) {
    if (type.kind === 'array') seen.add(type.items);
    else if (type.kind === 'map') seen.add(type.values);
    else if (type.kind === 'union') for (const branch of type.branches) seen.add(branch);
    else if (type.kind === 'record') {
      for (const field of type.fields) {
        if (field.aliases.length > 0) return true;
        seen.add(field.type);
      }
    }
  }
  return false;
}
