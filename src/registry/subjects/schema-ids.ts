import { contextOf } from './qualified-subject.ts';
import { contentKey, guidOf, placeKey, type StoredSchema } from './stored-schema.ts';

/** The schemas of one context by id, by what they are, and by guid. */
class ContextIds {
  /** Where each schema is registered, by its id and by place. */
  readonly #byId = new Map<number, Map<string, StoredSchema>>();
  /** An import may give one schema several ids; the lowest one is its own, whatever came first. */
  readonly #ids = new Map<string, Ids>();
  readonly #guids = new Map<string, Ids>();
  /** Ids are not given again, also when their schemas are gone. */
  #idMax = 0;

  get idMax(): number {
    return this.#idMax;
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  add(schema: StoredSchema): void {
    const { id } = schema;
    this.#idMax = Math.max(this.#idMax, id);
    const places = this.#byId.get(id) ?? new Map<string, StoredSchema>();
    places.set(placeKey(schema), schema);
    this.#byId.set(id, places);
    put(this.#ids, contentKey(schema), id);
    put(this.#guids, guidOf(schema), id);
  }

  remove(schema: StoredSchema): void {
    const places = this.#byId.get(schema.id);
    places?.delete(placeKey(schema));
    if (places === undefined || places.size > 0) return;
    this.#byId.delete(schema.id);
    drop(this.#ids, contentKey(schema), schema.id);
    drop(this.#guids, guidOf(schema), schema.id);
  }

  takeBack(idMax: number): void {
    this.#idMax = idMax;
  }

  places(id: number): readonly StoredSchema[] {
    return [...(this.#byId.get(id)?.values() ?? [])];
  }

  /** Any one of its places: what they hold is the same. */
  first(id: number): StoredSchema | undefined {
    return this.#byId.get(id)?.values().next().value;
  }

  idOf(content: string): number | undefined {
    return lowest(this.#ids.get(content));
  }

  idOfGuid(guid: string): number | undefined {
    return lowest(this.#guids.get(guid));
  }
}

/** The ids of what is mostly known under one. */
type Ids = number | ReadonlySet<number>;

function put(index: Map<string, Ids>, key: string, id: number): void {
  const ids = index.get(key);
  if (ids === undefined || ids === id) index.set(key, id);
  else index.set(key, new Set(typeof ids === 'number' ? [ids, id] : [...ids, id]));
}

function drop(index: Map<string, Ids>, key: string, id: number): void {
  const ids = index.get(key);
  if (ids === id) index.delete(key);
  if (ids === undefined || typeof ids === 'number') return;
  const left = [...ids].filter((one) => one !== id);
  const [only] = left;
  if (only !== undefined) index.set(key, left.length === 1 ? only : new Set(left));
}

function lowest(ids: Ids | undefined): number | undefined {
  if (ids === undefined || typeof ids === 'number') return ids;
  let found: number | undefined;
  for (const id of ids) if (found === undefined || id < found) found = id;
  return found;
}

/** The ids of all contexts. */
export class SchemaIds {
  readonly #contexts = new Map<string, ContextIds>();
  readonly #idsMax: ReadonlyMap<string, number>;

  /** @param idsMax by context, the ids up to which none is given again. */
  constructor(idsMax: ReadonlyMap<string, number>) {
    this.#idsMax = idsMax;
  }

  /** By context, the ids up to which none is given again. */
  get idsMax(): ReadonlyMap<string, number> {
    const contexts = new Set([...this.#idsMax.keys(), ...this.#contexts.keys()]);
    return new Map([...contexts].map((context) => [context, this.idMax(context)]));
  }

  /** Contexts that have schemas, sorted. */
  get contexts(): readonly string[] {
    const used = [...this.#contexts].flatMap(([context, ids]) => (ids.isEmpty ? [] : [context]));
    return used.sort();
  }

  add(schema: StoredSchema): void {
    const context = contextOf(schema.subject);
    let ids = this.#contexts.get(context);
    if (ids === undefined) this.#contexts.set(context, (ids = new ContextIds()));
    ids.add(schema);
  }

  remove(schema: StoredSchema): void {
    this.#contexts.get(contextOf(schema.subject))?.remove(schema);
  }

  /** The versions that have an id in a context, in any order. */
  places(context: string, id: number): readonly StoredSchema[] {
    return this.#contexts.get(context)?.places(id) ?? [];
  }

  /** Ids above have been given to nobody: they were never written. */
  takeBack(context: string, idMax: number): void {
    this.#contexts.get(context)?.takeBack(idMax);
  }

  /** Any one of {@link places}: they hold the same schema. */
  first(context: string, id: number): StoredSchema | undefined {
    return this.#contexts.get(context)?.first(id);
  }

  /** The id that a schema has in a context, by its {@link contentKey}. */
  idOf(context: string, content: string): number | undefined {
    return this.#contexts.get(context)?.idOf(content);
  }

  idMax(context: string): number {
    return Math.max(this.#contexts.get(context)?.idMax ?? 0, this.#idsMax.get(context) ?? 0);
  }

  /** Where a guid is known, with its id there. */
  ofGuid(guid: string): readonly (readonly [context: string, id: number])[] {
    return this.contexts.flatMap((context) => {
      const id = this.#contexts.get(context)?.idOfGuid(guid);
      return id === undefined ? [] : [[context, id] as const];
    });
  }
}
