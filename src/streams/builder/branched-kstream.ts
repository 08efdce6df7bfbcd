import { callback } from '../../base/argument-checks.ts';
import type { Predicate } from '../functions.ts';
import { branch, split, type Split } from '../logical/nodes/split.ts';
import { everyRecord } from '../operators/built-in-functions.ts';
import type { Named } from '../options.ts';
import { checkBranched, checkStream } from './check-options.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { KStream } from './kstream.ts';

/** `name` is appended to the name of the split. `chain` transforms the branch before it is returned. */
export interface Branched<K, V> extends Named {
  readonly chain?: (stream: KStream<K, V>) => KStream<K, V>;
}

/**
 * The branches of {@link KStream.split}. A record goes to the first one whose predicate holds; without a default
 * branch, records that none takes are dropped. Branches are found under the split's name followed by the branch's name
 * or its number from 1 (0 for the default).
 */
export class BranchedKStream<K, V> {
  readonly #part: StreamDescriptor<K, V>;
  readonly #split: Split;
  readonly #branches = new Map<string, KStream<K, V>>();
  #count = 0;

  constructor(part: StreamDescriptor<K, V>, named: Named) {
    this.#part = part;
    this.#split = part.dsl.plan.add(split(part.node, named.name));
  }

  branch(predicate: Predicate<K, V>, branched: Branched<K, V> = {}): this {
    callback(predicate, 'predicate');
    checkBranched(branched, 'branched');
    this.#count++;
    this.#addBranch(predicate, this.#count, branched);
    return this;
  }

  /** Ends the split with a branch for all other records. */
  defaultBranch(branched: Branched<K, V> = {}): ReadonlyMap<string, KStream<K, V>> {
    checkBranched(branched, 'branched');
    this.#addBranch(everyRecord, 0, branched);
    return this.#branches;
  }

  /** Ends the split; other records are dropped. */
  noDefaultBranch(): ReadonlyMap<string, KStream<K, V>> {
    return this.#branches;
  }

  #addBranch(predicate: Predicate<K, V>, number: number, branched: Branched<K, V>): void {
    const { dsl } = this.#part;
    const node = dsl.plan.add(branch(this.#split, { predicate, suffix: branched.name ?? String(number) }));
    const stream = dsl.stream<K, V>(node);
    const chained = branched.chain ? branched.chain(stream) : stream;
    checkStream(chained, 'branched.chain()');
    this.#branches.set(dsl.plan.namesOf(node).name, chained);
  }
}
