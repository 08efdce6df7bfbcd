import type { Found } from './differences.ts';
import type { JsonSchemaNode } from './model.ts';

interface Result {
  readonly differences: readonly Found[];
  /** The outermost pair, by its depth, that was taken to be compatible on the way here; {@link NOTHING} where none was. */
  readonly assumed: number;
}

/** A pair that is being compared. */
interface OpenPair {
  readonly depth: number;
  /** How many provisional results there were before it. */
  readonly provisionalBefore: number;
  assumed: number;
}

const NOTHING = Number.POSITIVE_INFINITY;

/**
 * The results of pairs of schemas, each compared once wherever it is met. A pair that comes again within itself is taken to be
 * compatible; what was found so holds only if it turns out to be, and is forgotten otherwise: a choice may go on without that pair.
 */
export class PairResults {
  readonly #results = new Map<JsonSchemaNode, Map<JsonSchemaNode, Result | OpenPair>>();
  readonly #open: OpenPair[] = [];
  /** Pairs whose results hold only if one that is open is compatible, in the order in which they were found. */
  readonly #provisional: (readonly [reader: JsonSchemaNode, writer: JsonSchemaNode])[] = [];

  /** @param compare is called where the pair has no result yet. */
  of(reader: JsonSchemaNode, writer: JsonSchemaNode, compare: () => readonly Found[]): readonly Found[] {
    let results = this.#results.get(reader);
    if (results === undefined) this.#results.set(reader, (results = new Map()));
    const known = results.get(writer);
    if (known !== undefined) return this.#use(known);
    const open = { depth: this.#open.length, provisionalBefore: this.#provisional.length, assumed: NOTHING };
    results.set(writer, open);
    this.#open.push(open);
    const differences = compare();
    this.#open.pop();
    const isProvisional = open.assumed < open.depth;
    results.set(writer, { differences, assumed: isProvisional ? open.assumed : NOTHING });
    if (isProvisional) {
      this.#assume(open.assumed);
      this.#provisional.push([reader, writer]);
    } else this.#settle(open, { isCompatible: differences.length === 0 });
    return differences;
  }

  #use(known: Result | OpenPair): readonly Found[] {
    const isResult = 'differences' in known;
    this.#assume(isResult ? known.assumed : known.depth);
    return isResult ? known.differences : [];
  }

  #assume(depth: number): void {
    const inner = this.#open.at(-1);
    if (inner !== undefined) inner.assumed = Math.min(inner.assumed, depth);
  }

  /** What was found within a pair that depends on none around it holds from now on, or is to be found anew. */
  #settle({ provisionalBefore }: OpenPair, { isCompatible }: { readonly isCompatible: boolean }): void {
    for (const [reader, writer] of this.#provisional.splice(provisionalBefore)) {
      const results = this.#results.get(reader);
      const result = results?.get(writer);
      if (!isCompatible) results?.delete(writer);
      else if (result !== undefined && 'differences' in result) {
        results?.set(writer, { ...result, assumed: NOTHING });
      }
    }
  }
}
