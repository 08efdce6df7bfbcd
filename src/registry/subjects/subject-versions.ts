import type { StoredSchema } from './stored-schema.ts';

/** Which versions are meant: those that are not deleted, all, or the deleted ones. */
export type Deleted = 'left out' | 'with others' | 'only';

/** The versions of one subject, in the order of their numbers. A list that was given stays as it was. */
export class SubjectVersions {
  readonly #byNumber = new Map<number, StoredSchema>();
  /** Made when somebody asks, and kept until a version changes. */
  readonly #lists = new Map<Deleted, readonly StoredSchema[]>();

  get size(): number {
    return this.#byNumber.size;
  }

  get(version: number): StoredSchema | undefined {
    return this.#byNumber.get(version);
  }

  /** @returns what was there before. */
  set(version: number, schema: StoredSchema | undefined): StoredSchema | undefined {
    const before = this.#byNumber.get(version);
    // Where the list of all is not made, no other one is known to be in step.
    const all = this.#lists.get('with others');
    const last = all === undefined ? Number.NaN : (all.at(-1)?.version ?? 0);
    if (schema === undefined) this.#byNumber.delete(version);
    else this.#byNumber.set(version, schema);
    if (before === undefined && schema !== undefined && version > last) this.#append(schema);
    else if (schema === undefined && version === last) this.#removeLast(version);
    else this.#lists.clear();
    return before;
  }

  list(deleted: Deleted): readonly StoredSchema[] {
    let list = this.#lists.get(deleted);
    if (list === undefined) {
      list = [...this.#byNumber.values()]
        .filter(({ isDeleted }) => deleted === 'with others' || isDeleted === (deleted === 'only'))
        .sort((one, other) => one.version - other.version);
      this.#lists.set(deleted, list);
    }
    return list;
  }

  /** Versions mostly come at the end: lists need not be sorted again then. */
  #append(schema: StoredSchema): void {
    const other: Deleted = schema.isDeleted ? 'only' : 'left out';
    for (const deleted of ['with others', other] as const) {
      const list = this.#lists.get(deleted);
      if (list !== undefined) this.#lists.set(deleted, [...list, schema]);
    }
  }

  #removeLast(version: number): void {
    for (const [deleted, list] of this.#lists) {
      if (list.at(-1)?.version === version) this.#lists.set(deleted, list.slice(0, -1));
    }
  }
}
