import type { Query, Statement } from '../../../grammar/ast.ts';
import type { Streamed } from './definition.ts';
import { definitionOf } from './index.ts';

/** What a statement streams; undefined for those that are answered at once. */
export function streamedBy(statement: Statement): Streamed | undefined {
  const definition = definitionOf(statement);
  return definition.family === 'query' ? definition.streamed(statement) : undefined;
}

/** The query of a SELECT; undefined for all other statements. */
export function selectOf(statement: Statement): Query | undefined {
  const streamed = streamedBy(statement);
  return streamed?.of === 'query' ? streamed.query : undefined;
}
