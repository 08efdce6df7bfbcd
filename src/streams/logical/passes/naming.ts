import { assertDefined } from '../../../base/assert.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { NameTaker, NodeNames, RepartitionNames } from '../nodes/node-kind.ts';
import { kindOf } from '../nodes/node-kinds.ts';
import { requireSerdes } from '../nodes/require-serdes.ts';
import { ClaimedNames } from './claimed-names.ts';
import { isStep, type Upstream } from './record-routes.ts';
import type { Repartitions, RepartitionStep } from './repartition.ts';
import { checkNamesOf } from './requirement-checks.ts';

const GENERATED = /^KSTREAM.*-[0-9]{10}$/;

/**
 * Names nodes in the order in which they are added, as Kafka Streams does: one counter for nodes and stores, advanced in
 * the order of the DSL's calls. What cannot be is refused, and then changes nothing.
 */
export class Names {
  readonly #repartitions: Repartitions;
  readonly #claimed = new ClaimedNames();
  readonly #names = new Map<LogicalNode, NodeNames>();
  readonly #steps = new Map<RepartitionStep, RepartitionNames>();

  constructor(repartitions: Repartitions) {
    this.#repartitions = repartitions;
  }

  /** @throws {DiagnosticError} where a name is taken, a topic is read already, or what the node needs is missing. */
  add(node: LogicalNode): void {
    const names = this.#claimed.allOrNothing(() => {
      const kind = kindOf(node);
      const named = new Set<number>();
      const taken = kind.names(node, this.#takerFor(node, named));
      checkNamesOf(node, { kind, named });
      kind.check?.(node, taken, (other) => this.of(other));
      for (const step of this.#repartitions.of(node))
        if (step) requireSerdes(this.ofStep(step).sink, step.requirement);
      return Object.freeze(taken);
    });
    this.#names.set(node, names);
  }

  has(node: LogicalNode): boolean {
    return this.#names.has(node);
  }

  of(node: LogicalNode): NodeNames {
    return assertDefined(this.#names.get(node), `a ${node.kind} that is not in the plan`);
  }

  ofStep(step: RepartitionStep): RepartitionNames {
    return assertDefined(this.#steps.get(step), 'a repartition step that has no names');
  }

  /** Names a topic that takes the place of others: it is called as the first of them. */
  addMerged(step: RepartitionStep, first: RepartitionStep): void {
    const { topic } = this.ofStep(first);
    this.#steps.set(
      step,
      Object.freeze(repartitionNames(topic, (prefix) => this.#claimed.generated(prefix))),
    );
  }

  /** The node of a topology that records come from. */
  ofUpstream(upstream: Upstream): string {
    return isStep(upstream) ? this.ofStep(upstream).source : this.of(upstream).node;
  }

  /** @param named is told the inputs whose topic is asked for. */
  #takerFor(node: LogicalNode, named: Set<number>): NameTaker {
    const claimed = this.#claimed;
    const generated = (prefix: string): string => claimed.generated(prefix);
    const claimNode = (name: string): string => claimed.claimNode(name);
    const suffixedName = (given: string | undefined, suffix: string, prefix: string): string => {
      const name = generated(prefix);
      return given === undefined ? name : `${given}${suffix}`;
    };
    const stepOf = (index: number): RepartitionStep | undefined => {
      named.add(index);
      return this.#repartitions.of(node)[index];
    };
    return {
      generated,
      claimNode,
      claimStore: (name) => claimed.claimStore(name),
      claimTopics: (name, topics) => claimed.claimTopics({ name, topics }),
      sourceOf: (topics) => claimed.sourceOf(topics),
      node(given, prefix) {
        const name = generated(prefix);
        return claimNode(given ?? name);
      },
      suffixedName,
      suffixed: (given, suffix, prefix) => claimNode(suffixedName(given, suffix, prefix)),
      store: (given, prefix) => claimed.claimStore(given ?? generated(`${prefix}STATE-STORE-`)),
      nameRepartition: (index, names) => this.#nameStep(stepOf(index), names),
      repartition(index, topic) {
        const step = stepOf(index);
        return step && this.nameRepartition(index, repartitionNames(topic, generated));
      },
      of: (other) => this.of(other),
    };
  }

  /** A step that is shared keeps the names that it got first. */
  #nameStep(step: RepartitionStep | undefined, names: RepartitionNames): RepartitionNames | undefined {
    const first = step && this.#steps.get(step);
    if (!step || first) return first;
    const claimed = this.#claimed;
    if (names.filter !== undefined) claimed.claimNode(names.filter);
    claimed.claimNode(names.sink);
    claimed.claimTopics({ name: claimed.claimNode(names.source), topics: [names.topic] });
    this.#steps.set(step, Object.freeze(names));
    claimed.onRefusal(() => this.#steps.delete(step));
    return names;
  }
}

/** Three names are taken from the counter even where they are not used, as Kafka Streams does to keep numbering stable. */
function repartitionNames(given: string, generated: (prefix: string) => string): RepartitionNames {
  const topic = given.endsWith('-repartition') ? given : `${given}-repartition`;
  const sink = generated('KSTREAM-SINK-');
  const filter = generated('KSTREAM-FILTER-');
  const source = generated('KSTREAM-SOURCE-');
  if (GENERATED.test(given)) return { topic, sink, filter, source };
  return { topic, sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` };
}
