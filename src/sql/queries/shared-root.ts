import type { ProjectStep, SourceStep, Step } from '../physical/steps.ts';

/**
 * The steps of a push query as they run behind a reader that many have together: a source, at most one filter, the columns; nothing is
 * kept between two records. Undefined for any other query.
 */
export function sharedRoot(root: Step): ProjectStep | undefined {
  if (root.step !== 'project') return undefined;
  const filter = root.input.step === 'filter' ? root.input : undefined;
  const source = filter === undefined ? root.input : filter.input;
  if (source.step !== 'source') return undefined;
  // That a row of a table does not pass any more is told only where it is known that it has passed.
  if (source.output === 'TABLE' && filter !== undefined) return undefined;
  const input = withoutStore(source);
  return { ...withoutStore(root), input: filter === undefined ? input : { ...filter, input } };
}

function withoutStore<S extends ProjectStep | SourceStep>({ store: _, ...step }: S): Omit<S, 'store'> {
  return step;
}
