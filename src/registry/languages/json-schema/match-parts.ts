import type { ComparisonWork } from '../comparison-work.ts';
import { printJson } from '../json-text.ts';
import type { JsonSchemaNode } from './model.ts';
import { referred } from './referred.ts';

interface Parts {
  readonly read: readonly JsonSchemaNode[];
  readonly written: readonly JsonSchemaNode[];
}

interface Matching {
  /** Whether one of the reader's parts goes with one of the writer's. */
  readonly goesWith: (read: JsonSchemaNode, written: JsonSchemaNode) => boolean;
  readonly work: ComparisonWork;
}

/**
 * Whether as many pairs of parts go with each other, each part in one pair, as the shorter list has parts: a matching of a bipartite
 * graph, whose edges are looked at only when they are needed. Parts that look alike are tried first, which leaves nothing to
 * search for where parts were added, left out or put into another order.
 */
export function coversFewer(parts: Parts, matching: Matching): boolean {
  return new PartMatching(parts, matching).coversFewer();
}

class PartMatching {
  readonly #parts: Parts;
  readonly #matching: Matching;
  /** The writer's part that each of the reader's is with, by place. */
  readonly #holders = new Map<number, number>();
  readonly #free: Set<number>;

  constructor(parts: Parts, matching: Matching) {
    this.#parts = parts;
    this.#matching = matching;
    this.#free = new Set(parts.read.keys());
  }

  coversFewer(): boolean {
    const { read, written } = this.#parts;
    const wanted = Math.min(read.length, written.length);
    const left = this.#pairAlike();
    // One that finds no partner now will not find one later: that many may stay without.
    let spare = written.length - wanted;
    for (const one of left) {
      if (this.#holders.size >= wanted) return true;
      if (this.#assign(one)) continue;
      if (spare === 0) return false;
      spare -= 1;
    }
    return this.#holders.size >= wanted;
  }

  /** @returns the writer's parts that are left. */
  #pairAlike(): readonly number[] {
    const { read, written } = this.#parts;
    const alike = new Map<string, number[]>();
    for (const [index, node] of [...read.entries()].reverse()) {
      const key = this.#likeness(node);
      const places = alike.get(key);
      if (places === undefined) alike.set(key, [index]);
      else places.push(index);
    }
    return [...written.keys()].filter((one) => {
      const partner = this.#pair(one, alike);
      if (partner === undefined) return true;
      this.#hold(partner, one);
      return false;
    });
  }

  #pair(one: number, alike: ReadonlyMap<string, number[]>): number | undefined {
    const node = this.#parts.written[one];
    const places = node === undefined ? undefined : alike.get(this.#likeness(node));
    const partner = places?.at(-1);
    if (partner === undefined || !this.#goesWith(partner, one)) return undefined;
    places?.pop();
    return partner;
  }

  /** Finds a partner, moving others to another one where that makes room: a breadth-first search of an augmenting path. */
  #assign(one: number): boolean {
    /** By place of the reader's part: the writer's that has led to it. */
    const reachedFrom = new Map<number, number>();
    const queue = [one];
    // A queue goes on with what is added to it meanwhile.
    for (const current of queue) {
      for (const partner of this.#free) {
        this.#matching.work.spend(1);
        if (!this.#goesWith(partner, current)) continue;
        reachedFrom.set(partner, current);
        this.#move(partner, reachedFrom);
        return true;
      }
      for (const [partner, holder] of this.#holders) {
        this.#matching.work.spend(1);
        if (reachedFrom.has(partner) || !this.#goesWith(partner, current)) continue;
        reachedFrom.set(partner, current);
        queue.push(holder);
      }
    }
    return false;
  }

  /** Gives each on the way the partner that it has led to, and its own one to whoever has led to that. */
  #move(free: number, reachedFrom: ReadonlyMap<number, number>): void {
    const before = new Map([...this.#holders].map(([partner, holder]) => [holder, partner]));
    for (let partner: number | undefined = free; partner !== undefined; ) {
      const one = reachedFrom.get(partner);
      if (one === undefined) return;
      this.#hold(partner, one);
      partner = before.get(one);
    }
  }

  #hold(partner: number, one: number): void {
    this.#free.delete(partner);
    this.#holders.set(partner, one);
  }

  #goesWith(partner: number, one: number): boolean {
    const [read, written] = [this.#parts.read[partner], this.#parts.written[one]];
    return read !== undefined && written !== undefined && this.#matching.goesWith(read, written);
  }

  /** A text that parts which were not changed have in common. What goes with what is not decided by it. */
  #likeness(node: JsonSchemaNode, depth = 2): string {
    this.#matching.work.spend(1);
    const schema = referred(node);
    const inner = (one: JsonSchemaNode): string => (depth === 0 ? '' : this.#likeness(one, depth - 1));
    switch (schema.kind) {
      case 'object': {
        const properties = [...schema.properties].map(([name, one]) => JSON.stringify(name) + inner(one));
        this.#matching.work.spend(properties.length);
        return `{${properties.sort().join()}}`;
      }
      case 'array':
        return `[${schema.items === undefined ? schema.prefix.map(inner).join() : inner(schema.items)}]`;
      case 'combined':
        return `${schema.criterion}(${schema.schemas.map(inner).join()})`;
      case 'const':
        return printJson(schema.value);
      case 'enum':
        return schema.values.map((value) => printJson(value)).join('|');
      default:
        return schema.kind;
    }
  }
}
