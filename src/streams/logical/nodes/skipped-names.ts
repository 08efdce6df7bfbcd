import { frozen, type PlainBase } from './node.ts';
import { nodeKind, oneNode } from './node-kind.ts';

/** Numbers of the counter that nothing is named by, so that what comes later keeps the names that it had. */
export interface SkippedNames extends PlainBase<'skipped-names'> {
  readonly inputs: readonly [];
  readonly count: number;
}

export function skippedNames(count: number): SkippedNames {
  return frozen<SkippedNames>({ kind: 'skipped-names', shape: 'plain', inputs: [], name: undefined, count });
}

export const skippedNamesKind = nodeKind<SkippedNames>({
  names({ count }, take) {
    for (let taken = 0; taken < count; taken++) take.generated('');
    return oneNode('');
  },
  lower: () => undefined,
});
