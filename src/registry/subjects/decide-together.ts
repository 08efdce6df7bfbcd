import type { Change, RegistryRecord } from './records.ts';
import type { SchemaRegistry } from './registry.ts';

/** Decides what is to be recorded; throws what it refuses. */
export type Decision<Answer> = (registry: SchemaRegistry) => Change<Answer>;

/** What became of one of several decisions. */
export type Outcome<Answer> =
  | { readonly isRefused: false; readonly change: Change<Answer> }
  | { readonly isRefused: true; readonly refusal: unknown };

/**
 * Takes decisions one after the other, each on what those before it would leave; the state is at the end what it was, as nothing of
 * it is recorded yet. Nobody else sees what is between: it is one step of the event loop.
 * @param isEnough asked after each decision, with the records so far: the others are left for the next time.
 * @returns what became of the first ones, one at least.
 */
export function decideTogether(
  registry: SchemaRegistry,
  decisions: readonly Decision<unknown>[],
  isEnough: (records: readonly RegistryRecord[]) => boolean,
): readonly Outcome<unknown>[] {
  const { state } = registry;
  const outcomes: Outcome<unknown>[] = [];
  const records: RegistryRecord[] = [];
  const taken: (() => void)[] = [];
  for (const decide of decisions) {
    const outcome = outcomeOf(registry, decide);
    outcomes.push(outcome);
    for (const record of outcome.isRefused ? [] : outcome.change.records) {
      taken.push(state.tentatively(record));
      records.push(record);
    }
    if (isEnough(records)) break;
  }
  for (const takeBack of taken.reverse()) takeBack();
  return outcomes;
}

function outcomeOf(registry: SchemaRegistry, decide: Decision<unknown>): Outcome<unknown> {
  try {
    return { isRefused: false, change: decide(registry) };
  } catch (refusal) {
    return { isRefused: true, refusal };
  }
}
