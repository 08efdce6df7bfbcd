import { assertDefined } from '../../../base/assert.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { Merge } from '../nodes/merge.ts';
import type { LogicalPlan } from '../plan.ts';
import { isStep, type MergedSteps, RecordRoutes, type Upstream } from './record-routes.ts';
import type { Repartitions, RepartitionStep } from './repartition.ts';

/** What was found: the steps, and the names that the topic of each has: those of the first that it takes the place of. */
export interface MergedRepartitions extends MergedSteps {
  readonly firstOf: ReadonlyMap<RepartitionStep, RepartitionStep>;
}

/**
 * `merge.repartition.topics`: the topics below one node that changes keys become one, right below it, or below the merge
 * of several such nodes. A topic moves up past what changes neither keys nor values: filters, branches, a look at the
 * records. It moves up past a merge only as far as that merge, and only where Kafka Streams moves it there: where no topic
 * of the node that changes the keys is elsewhere.
 */
export function mergeRepartitions(plan: LogicalPlan, repartitions: Repartitions): MergedRepartitions {
  const routes = new RecordRoutes(repartitions);
  const groups = new Map<LogicalNode, Movable[]>();
  for (const movable of movableSteps(plan, { repartitions, routes })) {
    const group = groups.get(movable.anchor);
    if (group) group.push(movable);
    else groups.set(movable.anchor, [movable]);
  }
  const replacedBy = new Map<RepartitionStep, RepartitionStep>();
  const rerouted = new Map<Upstream, Map<Upstream, RepartitionStep>>();
  const firstOf = new Map<RepartitionStep, RepartitionStep>();
  for (const [anchor, group] of groups) {
    const [first] = group;
    if (!first) continue;
    const merged = Object.freeze({ input: anchor, requirement: first.step.requirement });
    firstOf.set(merged, first.step);
    for (const { step, top } of group) {
      replacedBy.set(step, merged);
      rerouted.set(top, (rerouted.get(top) ?? new Map<Upstream, RepartitionStep>()).set(anchor, merged));
    }
  }
  return { replacedBy, rerouted, firstOf };
}

/** A topic that can be where its records get their keys. */
interface Movable {
  readonly step: RepartitionStep;
  /** Behind which it moves. */
  readonly anchor: LogicalNode;
  /** What reads the anchor, on the way from there to the topic; or the topic itself. */
  readonly top: Upstream;
}

function movableSteps(
  plan: LogicalPlan,
  { repartitions, routes }: { readonly repartitions: Repartitions; readonly routes: RecordRoutes },
): readonly Movable[] {
  const steps = new Set(
    plan.nodes.flatMap((node) =>
      repartitions.of(node).flatMap((step) => (step?.requirement.when === 'key-changed' ? [step] : [])),
    ),
  );
  const keyChangers = new Map([...steps].map((step) => [step, keyChangerOf(step, routes)]));
  const isBelow = (merge: Merge, step: RepartitionStep): boolean =>
    find(step, routes, (upstream) => upstream === merge) !== undefined;
  return [...steps].flatMap((step): readonly Movable[] => {
    const keyChanger = keyChangers.get(step);
    const found = keyChanger && nearestAnchor(step, routes);
    if (!found) return [];
    const { anchor } = found;
    if (anchor.kind === 'merge') {
      const siblings = [...steps].filter((other) => keyChangers.get(other) === keyChanger);
      if (!siblings.every((other) => isBelow(anchor, other))) return [];
    }
    return [{ step, ...found }];
  });
}

/** Goes up past nodes that change nothing to the first that changes keys, or merges. */
function nearestAnchor(
  step: RepartitionStep,
  routes: RecordRoutes,
): { readonly anchor: LogicalNode; readonly top: Upstream } | undefined {
  let top: Upstream = step;
  for (;;) {
    const above: Upstream = assertDefined(routes.above(top)[0], 'what changes nothing has an input');
    if (isStep(above)) return undefined;
    if (above.kind === 'merge' || changes(above, 'key')) return { anchor: above, top };
    if (above.kind !== 'split' && !changes(above, 'nothing')) return undefined;
    top = above;
  }
}

/**
 * The node that a topic belongs to as Kafka Streams has it: the first that changes keys, found through the first input that
 * leads to one, unless one that changes values is found before.
 */
function keyChangerOf(step: RepartitionStep, routes: RecordRoutes): Upstream | undefined {
  const keyChanger = find(step, routes, (upstream) => changes(upstream, 'key'));
  const first = find(step, routes, (upstream) => changes(upstream, 'key') || changes(upstream, 'value'));
  return first === keyChanger ? keyChanger : undefined;
}

/** Looks upstream, through one input after the other. */
function find(
  from: Upstream,
  routes: RecordRoutes,
  isWanted: (upstream: Upstream) => boolean,
): Upstream | undefined {
  const visited = new Set<Upstream>();
  const search = (reader: Upstream): Upstream | undefined => {
    for (const above of routes.above(reader)) {
      if (visited.has(above)) continue;
      visited.add(above);
      const found = isWanted(above) ? above : search(above);
      if (found) return found;
    }
    return undefined;
  };
  return search(from);
}

function changes(upstream: Upstream, what: 'nothing' | 'key' | 'value'): boolean {
  return 'changes' in upstream && upstream.changes === what;
}
