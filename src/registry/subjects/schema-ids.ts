import { contextOf } from './qualified-subject.ts';
import { contentKey, guidOf, placeKey, type StoredSchema } from './stored-schema.ts';

/** The schemas of one context by id, by what they are, and by guid. */
class ContextIds {
  /** Where each schema is registered, by its id and by place. */
  readonly #byId = new Map<number, Map<string, StoredSchema>>();
  readonly #ids = new Map<string, number>();
  readonly #guids = new Map<string, number>();
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
    // Where an import gave one schema two ids, the first one is its own.
    const content = contentKey(schema);
    if (!this.#ids.has(content)) this.#ids.set(content, id);
    this.#guids.set(guidOf(schema), id);
  }

  remove(schema: StoredSchema): void {
    const places = this.#byId.get(schema.id);
    places?.delete(placeKey(schema));
    if (places === undefined || places.size > 0) return;
    this.#byId.delete(schema.id);
    const content = contentKey(schema);
    if (this.#ids.get(content) === schema.id) this.#ids.delete(content);
    this.#guids.delete(guidOf(schema));
  }

  places(id: number): readonly StoredSchema[] {
    return [...(this.#byId.get(id)?.values() ?? [])];
  }

  idOf(content: string): number | undefined {
    return this.#ids.get(content);
  }

  idOfGuid(guid: string): number | undefined {
    return this.#guids.get(guid);
  }
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
