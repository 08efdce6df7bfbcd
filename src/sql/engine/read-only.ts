import type { DiagnosticError, SourceSpan } from '../../base/errors.ts';
import type { Statement } from '../../../grammar/ast.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import type { SqlHost } from './host.ts';
import type { PreparedStatement, QueryDescription, SourceDescription, StatementResult } from './results.ts';

/** What SHOW and DESCRIBE look at. */
export interface ReadOnlyEngine {
  readonly context: AnalysisContext;
  readonly host: SqlHost;
  readonly queries: readonly QueryDescription[];
}

/** SHOW and DESCRIBE. @throws {DiagnosticError} for unknown names, and for statements that are not supported. */
export async function executeReadOnly(
  { statement, text, session }: PreparedStatement,
  engine: ReadOnlyEngine,
): Promise<StatementResult> {
  const { context, host, queries } = engine;
  switch (statement.kind) {
    case 'Show': {
      const { extended } = statement;
      switch (statement.subject) {
        case 'STREAMS':
        case 'TABLES': {
          const sourceKind = statement.subject === 'STREAMS' ? 'STREAM' : 'TABLE';
          const sources = context.catalog.sources().filter(({ kind }) => kind === sourceKind);
          return {
            kind: 'sources',
            text,
            sourceKind,
            extended,
            sources: sources.map((source) => describe(source, engine)),
          };
        }
        case 'QUERIES':
          return { kind: 'queries', text, extended, queries };
        case 'TOPICS':
          return { kind: 'topics', text, extended, topics: visible(await host.listTopics(), statement.all) };
        case 'FUNCTIONS':
          return { kind: 'functions', text, functions: context.functions.list() };
        case 'TYPES':
          return { kind: 'types', text, types: context.catalog.types() };
        case 'PROPERTIES':
          return { kind: 'properties', text, properties: context.properties };
        case 'VARIABLES':
          return { kind: 'variables', text, variables: session.variables };
        case 'CONNECTORS':
        case 'CONNECTOR PLUGINS':
          throw unsupported(`SHOW ${statement.subject}`, statement.span);
      }
      break;
    }
    case 'Describe': {
      const { extended, subject, name = '' } = statement;
      if (subject === 'FUNCTION')
        return { kind: 'describeFunction', text, function: functionOf(name, context, statement.nameSpan) };
      if (subject === 'CONNECTOR') throw unsupported('DESCRIBE CONNECTOR', statement.span);
      if (subject === 'SOURCE') {
        const description = describe(context.catalog.require(name, statement.nameSpan), engine);
        return { kind: 'describeSource', text, description, extended };
      }
      const sourceKind = subject === 'STREAMS' ? 'STREAM' : 'TABLE';
      const sources = context.catalog.sources().filter(({ kind }) => kind === sourceKind);
      return {
        kind: 'sources',
        text,
        sourceKind,
        extended: true,
        sources: sources.map((source) => describe(source, engine)),
      };
    }
    default:
      break;
  }
  throw unsupported(wordsOf(statement), statement.span);
}

/** Checks such a statement without running it. @throws {DiagnosticError} for unknown names and what is not supported. */
export function checkReadOnly(statement: Statement, context: AnalysisContext): void {
  switch (statement.kind) {
    case 'SetProperty':
    case 'UnsetProperty':
    case 'DefineVariable':
    case 'UndefineVariable':
    case 'Print':
      return;
    case 'Show':
      if (statement.subject.startsWith('CONNECTOR'))
        throw unsupported(`SHOW ${statement.subject}`, statement.span);
      return;
    case 'Describe': {
      const { subject, name = '', span, nameSpan } = statement;
      if (subject === 'CONNECTOR') throw unsupported('DESCRIBE CONNECTOR', span);
      if (subject === 'FUNCTION') functionOf(name, context, nameSpan);
      if (subject === 'SOURCE') context.catalog.require(name, nameSpan);
      return;
    }
    default:
      throw unsupported(wordsOf(statement), statement.span);
  }
}

/** `CREATE CONNECTOR` of `CreateConnector`. */
function wordsOf(statement: Statement): string {
  return statement.kind.replace(/([a-z])([A-Z])/g, '$1 $2').toUpperCase();
}

function unsupported(what: string, span: PreparedStatement['statement']['span']): DiagnosticError {
  return sqlError(`${what} is not supported yet`, { span, hint: 'docs/gaps.md lists what is missing' });
}

function functionOf(
  name: string,
  context: AnalysisContext,
  span?: SourceSpan,
): Extract<StatementResult, { kind: 'describeFunction' }>['function'] {
  const found = context.functions.find(name);
  if (found !== undefined) return found;
  throw context.functions.unknown(name, span);
}

/** Internal topics are shown by SHOW ALL TOPICS only. */
function visible<T>(topics: ReadonlyMap<string, T>, all: boolean): ReadonlyMap<string, T> {
  return new Map([...topics].filter(([name]) => all || !name.startsWith('_')));
}

function describe(source: DataSource, engine: ReadOnlyEngine): SourceDescription {
  const topic = engine.context.topics.get(source.topic.name);
  const readers = engine.queries.filter(({ sources }) => sources.includes(source.name));
  return {
    source,
    readQueries: readers,
    writeQueries: engine.queries.filter(({ sink }) => sink === source.name),
    ...(topic === undefined ? {} : { topic }),
    constraints: readers.flatMap(({ sink }) => (sink === undefined ? [] : [sink])),
  };
}
