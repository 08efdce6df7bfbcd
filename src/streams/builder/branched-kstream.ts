import { callback } from '../../base/argument-checks.ts';
import { checkBranched, checkStream } from './check-options.ts';
import { branchRecords } from '../operators/branch.ts';
import { passThrough } from '../operators/pass-through.ts';
import type { StreamDescriptor } from './dsl.ts';
import type { Predicate } from './functions.ts';
import type { KStream } from './kstream.ts';
import type { Named } from './options.ts';

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
  readonly #splitName: string;
  readonly #predicates: Predicate<K, V>[] = [];
  readonly #branches = new Map<string, KStream<K, V>>();

  constructor(part: StreamDescriptor<K, V>, named: Named) {
    this.#part = part;
    const { topology } = part.dsl;
    this.#splitName = topology.nameOr(named.name, 'KSTREAM-BRANCH-');
    topology.addProcessor({
      name: this.#splitName,
      parents: [part.node],
      factory: branchRecords(this.#predicates),
    });
  }

  branch(predicate: Predicate<K, V>, branched: Branched<K, V> = {}): this {
    callback(predicate, 'predicate');
    checkBranched(branched, 'branched');
    this.#predicates.push(predicate);
    this.#addBranch(this.#predicates.length, branched);
    return this;
  }

  /** Ends the split with a branch for all other records. */
  defaultBranch(branched: Branched<K, V> = {}): ReadonlyMap<string, KStream<K, V>> {
    checkBranched(branched, 'branched');
    this.#predicates.push(() => true);
    this.#addBranch(0, branched);
    return this.#branches;
  }

  /** Ends the split; other records are dropped. */
  noDefaultBranch(): ReadonlyMap<string, KStream<K, V>> {
    return this.#branches;
  }

  #addBranch(index: number, branched: Branched<K, V>): void {
    const { dsl } = this.#part;
    const name = `${this.#splitName}${branched.name ?? index}`;
    dsl.topology.newProcessorName(name);
    dsl.topology.addProcessor({ name, parents: [this.#splitName], factory: passThrough() });
    const stream = dsl.stream({ ...this.#part, name, node: name });
    const chained = branched.chain ? branched.chain(stream) : stream;
    checkStream(chained, 'branched.chain()');
    this.#branches.set(name, chained);
  }
}
