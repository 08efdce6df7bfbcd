import type { StatementPlan } from './statement-plan.ts';

/** Everything that a plan reads, makes or ends, so that statements can be told apart that have nothing in common. */
export function touchedNames(plan: StatementPlan): readonly string[] {
  const { topic, query, terminate = [], deleteTopic } = plan;
  const sources = [
    ...('source' in plan ? [plan.source.name] : []),
    ...('name' in plan ? [plan.name] : []),
    ...(query?.sources ?? []),
    ...(query?.functions ?? []).map(({ name }) => name),
    ...(query?.sink === undefined ? [] : [query.sink]),
  ];
  const topics = [
    ...(topic === undefined ? [] : [topic.name]),
    ...('source' in plan ? [plan.source.topic.name] : []),
    ...(deleteTopic === undefined ? [] : [deleteTopic]),
  ];
  // A stream, a table, a type and a function may be called alike: then one of them waits for nothing.
  return [
    ...new Set([
      ...sources.map((name) => `name ${name}`),
      ...topics.map((name) => `topic ${name}`),
      ...terminate.map((id) => `query ${id}`),
    ]),
  ];
}
