import type { CreateSource, CreateSourceAs, InsertInto, Query, Statement } from '../../../grammar/ast.ts';
import { printType, quoteName, sameType } from '../../serde/model/sql-type.ts';
import { formatOf } from '../../serde/formats.ts';
import { analyzeCreateSource } from '../analysis/create-source.ts';
import { analyzeQuery } from '../analysis/analyze-query.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { sqlError, withPrefix, withSpan } from '../analysis/sql-error.ts';
import { WithProperties } from '../analysis/with-properties.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { planQuery } from '../logical/plan-query.ts';
import { sourcesOf } from '../logical/nodes.ts';
import type { ProjectNode } from '../logical/nodes.ts';
import { sourceNode } from '../logical/source-node.ts';
import { planSteps } from '../physical/plan-steps.ts';
import { generatedQueryId, parseQueryId, type QueryId, type QueryIdPrefix } from '../physical/query-id.ts';
import { ownedSource, PLAN_VERSION, type QueryPlan } from '../physical/steps.ts';
import { typeFromSyntax } from '../types/from-syntax.ts';
import { LogicalSchema, type SchemaColumn } from '../types/logical-schema.ts';
import { checkUpgrade } from './check-upgrade.ts';
import { checkReplacement } from './replace-source.ts';
import { schemaOfProject, sinkSource, sinkStep, sinkTopic } from './sink-source.ts';
import { recordOf, type StatementPlan, type TopicRequest } from './statement-plan.ts';

interface PlanStatementOptions {
  readonly statement: Statement;
  readonly text: string;
  readonly context: AnalysisContext;
  /** Number for the id of a query that the statement starts. */
  readonly queryNumber: number;
  /** The persistent queries that run. */
  readonly queries: readonly QueryPlan[];
}

/**
 * Plans a statement that changes the catalog or starts a query; undefined for the others. A pure function: it looks at
 * nothing but its arguments.
 */
export function planStatement(options: PlanStatementOptions): StatementPlan | undefined {
  const { statement, text, context } = options;
  const shared = { version: PLAN_VERSION, text };
  switch (statement.kind) {
    case 'CreateSource':
      return planCreateSource(statement, options);
    case 'CreateSourceAs':
      return planCreateAs(statement, options);
    case 'InsertInto':
      return planInsertInto(statement, options);
    case 'DropSource':
      return planDrop(statement, options);
    case 'CreateType': {
      if (context.catalog.type(statement.name) !== undefined) {
        if (statement.ifNotExists)
          return { ...shared, kind: 'none', message: `${statement.name} is already registered` };
        throw sqlError(
          `Cannot register custom type '${statement.name}' since it is already registered with type: ${printType(context.catalog.type(statement.name) ?? { kind: 'STRING' })}`,
        );
      }
      const type = typeFromSyntax(statement.type, (name) => context.catalog.type(name));
      return { ...shared, kind: 'createType', name: statement.name, type: printType(type) };
    }
    case 'DropType': {
      if (context.catalog.type(statement.name) === undefined) {
        if (statement.ifExists)
          return { ...shared, kind: 'none', message: `Type '${statement.name}' does not exist` };
        throw context.catalog.unknownType(
          statement.name,
          `Type ${statement.name} does not exist.`,
          statement.nameSpan,
        );
      }
      return { ...shared, kind: 'dropType', name: statement.name };
    }
    case 'AlterSource':
      return planAlter(statement, options);
    default:
      return undefined;
  }
}

/** Whether a statement has a plan: it changes the catalog or starts a query. */
export function isPlanned({ kind }: Statement): boolean {
  switch (kind) {
    case 'CreateSource':
    case 'CreateSourceAs':
    case 'InsertInto':
    case 'AlterSource':
    case 'DropSource':
    case 'CreateType':
    case 'DropType':
      return true;
    default:
      return false;
  }
}

/** The plan of a query whose results are only looked at. */
export function planTransientQuery(query: Query, queryId: QueryId, context: AnalysisContext): QueryPlan {
  const project = planQuery({ query: analyzeQuery(query, context), context });
  const { step } = planSteps(project, context);
  return { version: PLAN_VERSION, queryId, purpose: 'transient', sources: sourceNames(project), root: step };
}

function sourceNames(project: ProjectNode): readonly string[] {
  return sourcesOf(project).map(({ source }) => source.name);
}

/** The name must be free, or may be replaced. @returns a plan that does nothing where that is what was asked for. */
function checkName(
  statement: CreateSource | CreateSourceAs,
  { context, text }: PlanStatementOptions,
): StatementPlan | undefined {
  const existing = context.catalog.source(statement.name);
  const kind = statement.sourceKind.toLowerCase();
  const isSource = statement.kind === 'CreateSource' && statement.isSource;
  if (statement.orReplace && (isSource || existing?.isSource === true)) {
    throw sqlError(
      `Cannot add ${kind} '${statement.name}': CREATE OR REPLACE is not supported on source ${kind}s.`,
    );
  }
  if (existing === undefined || statement.orReplace) return undefined;
  if (statement.ifNotExists) {
    return {
      version: PLAN_VERSION,
      text,
      kind: 'none',
      message: `Cannot add ${kind} \`${statement.name}\`: A ${existing.kind.toLowerCase()} with the same name already exists.`,
    };
  }
  throw sqlError(
    `Cannot add ${kind} '${statement.name}': A ${existing.kind.toLowerCase()} with the same name already exists`,
    { hint: `CREATE OR REPLACE, or DROP ${existing.kind} ${statement.name}; first` },
  );
}

function planCreateSource(statement: CreateSource, options: PlanStatementOptions): StatementPlan {
  const taken = checkName(statement, options);
  if (taken !== undefined) return taken;
  const { text, context } = options;
  const declared = analyzeCreateSource(statement, text, context);
  const { source, partitions, replicas } = declared;
  const replaced = statement.orReplace ? context.catalog.source(statement.name) : undefined;
  if (replaced !== undefined) checkReplacement(replaced, source);
  const topic: TopicRequest = {
    name: source.topic.name,
    compacted: false,
    ...(partitions === undefined ? {} : { partitions }),
    ...(replicas === undefined ? {} : { replicas }),
  };
  const plan = {
    version: PLAN_VERSION,
    text,
    kind: 'createSource',
    source: recordOf(source),
    topic,
  } as const;
  if (!source.isSource || source.kind === 'STREAM') return plan;
  return { ...plan, query: sourceTableQuery(source, options) };
}

/** CREATE SOURCE TABLE runs a query without a result: the store that it fills is what pull queries read. */
function sourceTableQuery(source: DataSource, options: PlanStatementOptions): QueryPlan {
  const bound = { alias: source.name, source, span: options.statement.span };
  const { step } = planSteps(sourceNode(bound, 'KsqlTopic'), options.context);
  return {
    version: PLAN_VERSION,
    queryId: newQueryId({ prefix: 'CST_', name: source.name }, options),
    purpose: 'sourceTable',
    sources: [source.name],
    root: step,
  };
}

function planCreateAs(statement: CreateSourceAs, options: PlanStatementOptions): StatementPlan {
  const taken = checkName(statement, options);
  if (taken !== undefined) return taken;
  const { text, context } = options;
  const properties = withPrefix(
    'Failed to prepare statement: ',
    () => new WithProperties(statement.properties, 'sink'),
  );
  for (const format of [properties.keyFormat(), properties.valueFormat()]) {
    if (format !== undefined) formatOf(format);
  }
  const analyzed = analyzeQuery(statement.query, context);
  if (statement.query.limit !== undefined) {
    throw sqlError(`CREATE ${statement.sourceKind} AS SELECT statements don't support LIMIT clause.`, {
      span: statement.query.span,
    });
  }
  const sink = { name: statement.name, kind: statement.sourceKind };
  const project = planQuery({ query: analyzed, context, sink });
  checkKind(statement, project);
  const planned = planSteps(project, context);
  const source = sinkSource({ statement, text, project, planned, properties, context });
  const topic = sinkTopic(source, project, properties, context);
  const replaced = statement.orReplace ? context.catalog.source(statement.name) : undefined;
  if (replaced !== undefined) checkReplacement(replaced, source);
  const running = options.queries.find((plan) => ownedSource(plan) === statement.name);
  const prefix = statement.sourceKind === 'STREAM' ? 'CSAS_' : 'CTAS_';
  const query: QueryPlan = {
    version: PLAN_VERSION,
    // A replacement takes the id of the query that it replaces, its positions and its state.
    queryId:
      running === undefined
        ? (givenQueryId(properties, options) ?? newQueryId({ prefix, name: statement.name }, options))
        : keptQueryId(running, properties),
    purpose: 'createAs',
    sources: sourceNames(project),
    sink: source.name,
    root: sinkStep(source, project, planned),
  };
  if (running !== undefined) checkUpgrade(running, query);
  return { version: PLAN_VERSION, text, kind: 'createAs', source: recordOf(source), topic, query };
}

/** @throws {DiagnosticError} for an id that is none, and for one that another query has. */
function givenQueryId(properties: WithProperties, { queries }: PlanStatementOptions): QueryId | undefined {
  const text = properties.string('QUERY_ID');
  if (text === undefined) return undefined;
  const id = parseQueryId(text);
  if (queries.some(({ queryId }) => queryId === id)) {
    throw sqlError(`Query ID '${id}' already exists.`, { hint: 'SHOW QUERIES; lists those that run' });
  }
  return id;
}

/** The id of a query that is replaced, which may be given once more but not changed. */
function keptQueryId({ queryId }: QueryPlan, properties: WithProperties): QueryId {
  const text = properties.string('QUERY_ID');
  if (text === undefined || text.toUpperCase() === queryId) return queryId;
  throw sqlError(`Query ID '${text.toUpperCase()}' cannot be given to the query ${queryId}.`, {
    hint: 'leave QUERY_ID out: CREATE OR REPLACE goes on with the query that runs',
  });
}

function newQueryId(
  parts: { readonly prefix: QueryIdPrefix; readonly name?: string },
  { queryNumber, queries }: PlanStatementOptions,
): QueryId {
  const isTaken = (id: string): boolean => queries.some(({ queryId }) => queryId === id);
  return generatedQueryId(parts, { number: queryNumber, isTaken });
}

function checkKind(statement: CreateSourceAs, project: ProjectNode): void {
  if (statement.sourceKind === project.output) return;
  throw sqlError(
    `Invalid result type. Your SELECT query produces a ${project.output}. ` +
      `Please use CREATE ${project.output} AS SELECT statement instead.`,
    { span: statement.span },
  );
}

function planInsertInto(statement: InsertInto, options: PlanStatementOptions): StatementPlan {
  const { text, context } = options;
  const properties = new WithProperties(statement.properties, 'insert');
  const target = context.catalog.source(statement.target);
  if (target === undefined) {
    throw context.catalog.unknownSource(
      statement.target,
      `Source does not exist: ${quoteName(statement.target)}`,
      statement.nameSpan,
    );
  }
  if (target.kind !== 'STREAM') {
    throw sqlError(
      'INSERT INTO can only be used to insert into a stream. ' + `${quoteName(target.name)} is a table.`,
    );
  }
  if (target.isSource)
    throw sqlError(`Cannot insert into read-only ${target.kind.toLowerCase()}: ${target.name}`);
  if (target.schema.headers.length > 0) {
    throw sqlError(`Cannot insert into ${target.name} because it has header columns`);
  }
  const project = planQuery({
    query: analyzeQuery(statement.query, context),
    context,
    sink: { name: target.name },
  });
  if (project.output !== 'STREAM') {
    throw sqlError(
      'Incompatible data sink and query result. Data sink (' +
        `${target.name}) type is KSTREAM but select query result is KTABLE.`,
      { span: statement.query.span },
    );
  }
  const result = schemaOfProject(project);
  withSpan(statement.query.span, () => checkCompatible(result, target.schema));
  const planned = planSteps(project, context);
  const query: QueryPlan = {
    version: PLAN_VERSION,
    queryId: givenQueryId(properties, options) ?? newQueryId({ prefix: 'INSERTQUERY_' }, options),
    purpose: 'insertInto',
    sources: sourceNames(project),
    sink: target.name,
    root: sinkStep(target, project, planned),
  };
  return { version: PLAN_VERSION, text, kind: 'insertInto', query };
}

function checkCompatible(result: LogicalSchema, sink: LogicalSchema): void {
  const same = (a: readonly SchemaColumn[], b: readonly SchemaColumn[], names: boolean): boolean =>
    a.length === b.length &&
    a.every((column, index) => {
      const other = b[index];
      return (
        other !== undefined && (!names || column.name === other.name) && sameType(column.type, other.type)
      );
    });
  if (same(result.key, sink.key, false) && same(result.value, sink.value, true)) return;
  throw sqlError(
    `Incompatible schema between results and sink.\nResult schema is ${result.toString()}\nSink schema is ${sink.toString()}`,
  );
}

function planDrop(
  statement: Extract<Statement, { kind: 'DropSource' }>,
  { text, context, queries }: PlanStatementOptions,
): StatementPlan {
  const source = context.catalog.source(statement.name);
  const kind = statement.sourceKind.toLowerCase();
  if (source === undefined) {
    const message = `Source ${quoteName(statement.name)} does not exist.`;
    if (statement.ifExists) return { version: PLAN_VERSION, text, kind: 'none', message };
    throw context.catalog.unknownSource(statement.name, message, statement.nameSpan);
  }
  if (source.kind !== statement.sourceKind) {
    throw sqlError(
      `Incompatible data source type is ${source.kind}, but statement was DROP ${statement.sourceKind}`,
      { hint: `DROP ${source.kind} ${statement.name};` },
    );
  }
  if (statement.deleteTopic && source.isSource) {
    throw sqlError(`Cannot delete topic for read-only source: ${source.name}`);
  }
  const own = queries.filter((query) => ownedSource(query) === source.name);
  const others = queries.filter((query) => !own.includes(query));
  const readers = others.filter(({ sources }) => sources.includes(source.name));
  const writers = others.filter(({ sink }) => sink === source.name);
  const dependents = readers.flatMap((query) => ownedSource(query) ?? []);
  if (dependents.length > 0) {
    throw sqlError(
      `Cannot drop ${source.name}.\nThe following streams and/or tables read from this source: [${dependents.join(', ')}].\n` +
        `You need to drop them before dropping ${source.name}.`,
      {
        hint: `DROP ${context.catalog.source(dependents[0] ?? '')?.kind ?? 'STREAM'} ${dependents[0] ?? ''}; first`,
      },
    );
  }
  if (readers.length > 0 || writers.length > 0) {
    throw sqlError(
      `Cannot drop ${source.name}.\nThe following queries read from this source: [${readers.map(({ queryId }) => queryId).join(', ')}].\n` +
        `The following queries write into this source: [${writers.map(({ queryId }) => queryId).join(', ')}].\n` +
        `You need to terminate them before dropping ${source.name}.`,
      {
        hint: `TERMINATE ${(readers[0] ?? writers[0])?.queryId ?? ''}; then DROP ${kind.toUpperCase()} again`,
      },
    );
  }
  return {
    version: PLAN_VERSION,
    text,
    kind: 'dropSource',
    name: source.name,
    ...(statement.deleteTopic ? { deleteTopic: source.topic.name } : {}),
    terminate: own.map(({ queryId }) => queryId),
  };
}

function planAlter(
  statement: Extract<Statement, { kind: 'AlterSource' }>,
  { text, context }: PlanStatementOptions,
): StatementPlan {
  const source = context.catalog.source(statement.name);
  const kind = statement.sourceKind;
  const missing = `Source ${statement.name} does not exist.`;
  if (source === undefined) throw context.catalog.unknownSource(statement.name, missing, statement.nameSpan);
  if (source.kind !== kind) {
    throw sqlError(`Incompatible data source type is ${source.kind}, but statement was ALTER ${kind}`);
  }
  if (source.isQueryResult) throw sqlError(`ALTER command is not supported for CREATE ... AS statements.`);
  if (source.isSource)
    throw sqlError(
      `Cannot alter ${kind.toLowerCase()} '${source.name}': ALTER operations are not supported on source ${kind.toLowerCase()}s.`,
    );
  const added = statement.columns.map((column): SchemaColumn => {
    if (source.schema.find(column.name) !== undefined) {
      throw sqlError(
        `Cannot add column ${quoteName(column.name)} to schema. A column with the same name already exists.`,
        { span: column.span },
      );
    }
    return {
      name: column.name,
      type: typeFromSyntax(column.type, (name) => context.catalog.type(name)),
      namespace: 'VALUE',
    };
  });
  const altered: DataSource = { ...source, schema: new LogicalSchema([...source.schema.columns, ...added]) };
  return { version: PLAN_VERSION, text, kind: 'alterSource', source: recordOf(altered) };
}
