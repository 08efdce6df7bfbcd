import type { SourceSpan } from '../../src/base/errors.ts';

export type { SourceSpan };

/** What every node has. */
export interface Node {
  readonly kind: string;
  readonly span: SourceSpan;
}
