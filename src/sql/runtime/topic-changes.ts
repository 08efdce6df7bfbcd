import type { TopicFacts } from '../analysis/session.ts';
import type { TopicChanges } from '../host/host.ts';

/** What the cluster says of topics, as statements that are still to run will have changed it. */
export function withChanges(
  facts: ReadonlyMap<string, TopicFacts>,
  changes: TopicChanges,
): ReadonlyMap<string, TopicFacts> {
  const after = new Map(facts);
  for (const [name, change] of changes) {
    if (change === null) after.delete(name);
    else after.set(name, change);
  }
  return after;
}
