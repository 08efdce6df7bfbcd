import type { Describe } from '../../../grammar/ast.ts';
import type { SourceSpan } from '../../base/errors.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import type { SourceDescription } from '../entities/descriptions.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { functionDescription } from '../entities/function-entities.ts';
import { sourceDescription } from '../entities/source-entities.ts';
import { entityOf } from '../entities/statement-entity.ts';
import { statementMessages } from '../messages/statements.ts';
import type { SqlFunction } from '../functions/definition.ts';
import type { DirectStatement, ExecuteInput } from './definition.ts';
import { listSources, sourcesEntity, type SourcesResult } from './show-sources.ts';
import { describeSource } from './source-description.ts';
import { unsupported } from './unsupported.ts';

type DescribeResult =
  | SourcesResult
  | {
      readonly kind: 'describeSource';
      readonly text: string;
      readonly description: SourceDescription;
      readonly extended: boolean;
    }
  | { readonly kind: 'describeFunction'; readonly text: string; readonly function: SqlFunction };

/** DESCRIBE of a source, a function, and of all streams or tables. */
export const describe: DirectStatement<Describe, DescribeResult> = {
  family: 'direct',
  topicNeed: ({ subject }) => (subject === 'FUNCTION' ? 'nothing' : 'known'),
  check({ statement: { subject, name = '', span, nameSpan }, context }) {
    if (subject === 'CONNECTOR') throw unsupported('DESCRIBE CONNECTOR', span);
    if (subject === 'FUNCTION') functionOf(name, context, nameSpan);
    if (subject === 'SOURCE') requireSource(name, context, nameSpan);
  },
  execute: async (input) => answer(input),
  async entity(result) {
    switch (result.kind) {
      case 'describeSource': {
        const described = await sourceDescription(result.description, result);
        return entityOf('sourceDescription', result.text, { sourceDescription: described });
      }
      case 'describeFunction':
        return entityOf('describe_function', result.text, functionDescription(result.function));
      case 'sources':
        return sourcesEntity(result);
    }
  },
};

function answer(input: ExecuteInput<Describe>): DescribeResult {
  const { statement, text, context, running } = input;
  const { extended, subject, name = '', nameSpan, span } = statement;
  switch (subject) {
    case 'FUNCTION':
      return { kind: 'describeFunction', text, function: functionOf(name, context, nameSpan) };
    case 'CONNECTOR':
      throw unsupported('DESCRIBE CONNECTOR', span);
    case 'SOURCE': {
      const source = requireSource(name, context, nameSpan);
      const description = describeSource(source, { context, queries: running.descriptions() });
      return { kind: 'describeSource', text, description, extended };
    }
    case 'STREAMS':
      return listSources(input, { sourceKind: 'STREAM', extended: true });
    case 'TABLES':
      return listSources(input, { sourceKind: 'TABLE', extended: true });
  }
}

function requireSource(name: string, { catalog }: AnalysisContext, span?: SourceSpan): DataSource {
  const found = catalog.source(name);
  if (found !== undefined) return found;
  throw catalog.unknownSource(name, statementMessages.describeMissing(name).message, span);
}

function functionOf(name: string, { functions }: AnalysisContext, span?: SourceSpan): SqlFunction {
  const found = functions.find(name);
  if (found !== undefined) return found;
  throw functions.unknown(name, span);
}
