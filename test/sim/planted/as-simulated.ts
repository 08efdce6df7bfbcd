import type { Mutation } from '../../mutations/mutation.ts';
import type { SimulatedBug } from './simulated-bug.ts';

/** Some of the bugs that tests of their own notice: the simulation has to find them, too. */
export function asSimulated(
  kind: SimulatedBug['kind'],
  mutations: readonly Mutation[],
  names: readonly string[],
): readonly SimulatedBug[] {
  return names.map((name) => {
    const mutation = mutations.find((each) => each.name === name);
    if (mutation === undefined) throw new Error(`no planted bug is called "${name}"`);
    const { file, find, replace } = mutation;
    return { kind, name, file, find, replace };
  });
}
