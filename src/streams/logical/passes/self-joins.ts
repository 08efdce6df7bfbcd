import type { JoinWindows } from '../../windows/join-windows.ts';
import type { LogicalNode } from '../nodes/logical-node.ts';
import type { LogicalPlan } from '../plan.ts';
import type { RecordRoutes, Upstream } from './record-routes.ts';

/**
 * `single.store.self.join`: finds the joins of a stream with itself, whose sides come from one node, so that one store holds
 * the records of both. A left or outer join of which a record may miss itself is left as it is, since that record may have to
 * wait for another match, for which there is no place: its window leaves its own time out, or is over at once.
 */
export function selfJoins(
  plan: LogicalPlan,
  { routes, nameOf }: { readonly routes: RecordRoutes; readonly nameOf: (upstream: Upstream) => string },
): ReadonlySet<LogicalNode> {
  return new Set(
    plan.nodes.filter(
      (node) =>
        node.kind === 'stream-join' &&
        (node.join === 'inner' || meetsItself(node.windows)) &&
        nameOf(routes.of(node, 0)) === nameOf(routes.of(node, 1)),
    ),
  );
}

function meetsItself({ beforeMs, afterMs, gracePeriodMs }: JoinWindows): boolean {
  return beforeMs >= 0 && afterMs >= 0 && Math.min(beforeMs, afterMs) + gracePeriodMs > 0;
}
