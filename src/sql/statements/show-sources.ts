import type { SourceKind, Statement } from '../../../grammar/ast.ts';
import type { SourceDescription } from '../entities/descriptions.ts';
import type { ExecuteInput } from './definition.ts';
import type { ShowDefinition } from './show-definition.ts';
import { describeSource } from './source-description.ts';

export interface SourcesResult {
  readonly kind: 'sources';
  readonly text: string;
  readonly sourceKind: SourceKind;
  readonly extended: boolean;
  readonly sources: readonly SourceDescription[];
}

/** SHOW STREAMS. */
export const showStreams: ShowDefinition<SourcesResult> = {
  execute: (input) =>
    Promise.resolve(listSources(input, { sourceKind: 'STREAM', extended: input.statement.extended })),
};

/** SHOW TABLES. */
export const showTables: ShowDefinition<SourcesResult> = {
  execute: (input) =>
    Promise.resolve(listSources(input, { sourceKind: 'TABLE', extended: input.statement.extended })),
};

/** All streams, or all tables, as they are described. */
export function listSources(
  input: Pick<ExecuteInput<Statement>, 'text' | 'context' | 'running'>,
  { sourceKind, extended }: Pick<SourcesResult, 'sourceKind' | 'extended'>,
): SourcesResult {
  const sources = input.context.catalog.sources().filter(({ kind }) => kind === sourceKind);
  const queries = input.running.descriptions();
  return {
    kind: 'sources',
    text: input.text,
    sourceKind,
    extended,
    sources: sources.map((source) => describeSource(source, { ...input, queries })),
  };
}
