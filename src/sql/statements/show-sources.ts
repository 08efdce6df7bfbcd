import type { SourceKind, Statement } from '../../../grammar/ast.ts';
import type { SourceDescription } from '../entities/descriptions.ts';
import { sourceDescription, sourceListing } from '../entities/source-entities.ts';
import { entityOf, type StatementEntity } from '../entities/statement-entity.ts';
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
export const showStreams = showSources('STREAM');

/** SHOW TABLES. */
export const showTables = showSources('TABLE');

function showSources(sourceKind: SourceKind): ShowDefinition<SourcesResult> {
  return {
    execute(input) {
      const { extended } = input.statement;
      return Promise.resolve(listSources(input, { sourceKind, extended }));
    },
    entity: sourcesEntity,
  };
}

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

export async function sourcesEntity(result: SourcesResult): Promise<StatementEntity> {
  const { text, sourceKind, extended, sources } = result;
  if (extended) {
    const described = sources.map((source) => sourceDescription(source, { extended }));
    return entityOf('source_descriptions', text, { sourceDescriptions: await Promise.all(described) });
  }
  const listings = sources.map(({ source }) => sourceListing(source));
  return sourceKind === 'STREAM'
    ? entityOf('streams', text, { streams: listings })
    : entityOf('tables', text, { tables: listings });
}
