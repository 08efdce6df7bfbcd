import { columnsOf } from '../../../../grammar/traverse.ts';
import { quoteName } from '../../../base/sql-quotes.ts';
import { refuse } from '../../analysis/sql-error.ts';
import { upgradeMessages, upgradeProblems } from '../../messages/upgrades.ts';
import type {
  AggregateStep,
  FlatMapStep,
  PlanAggregateCall,
  PlanExpression,
  PlanTableCall,
  PartitionByStep,
  PlanColumn,
  ProjectStep,
  QueryPlan,
  SinkStep,
  SourceStep,
  Step,
} from '../../physical/steps.ts';
import { parsePlanText } from '../../physical/plan-text.ts';

/** A field that may be another one after an upgrade: nothing that was kept or written depends on it. */
const FREE = undefined;

/** Of each field of a step the name by which ksqlDB compares it, in the order in which it does. */
type FieldRules<S extends Step> = {
  readonly [F in Exclude<keyof S, 'step' | 'input'>]-?: string | typeof FREE;
};

const sourceRules = {
  output: 'class',
  id: 'properties',
  store: 'properties',
  topic: 'topicName',
  formats: 'formats',
  timestamp: 'timestampColumn',
  keyColumns: 'key columns',
  headers: 'headers',
  window: FREE, // A windowed source has a class of its own.
  unread: FREE,
  valueColumns: FREE, // The rows of a stream are not kept; for those of a table see source().
  schema: FREE,
  source: FREE,
  alias: FREE,
} as const satisfies FieldRules<SourceStep>;

const flatMapRules = {
  output: 'class',
  id: 'properties',
  calls: 'table functions',
  window: FREE,
  schema: FREE,
} as const satisfies FieldRules<FlatMapStep>;

const partitionByRules = {
  output: 'class',
  id: 'properties',
  keys: 'keyExpressions',
  keyPlaces: FREE,
  window: FREE,
  schema: FREE,
} as const satisfies FieldRules<PartitionByStep>;

/** A projection may change, but not what of the key it takes: rows written before would have other keys. */
const projectRules = {
  keyPositions: 'key columns',
  keyCopies: FREE,
  output: FREE,
  id: FREE,
  store: FREE,
  columns: FREE,
  window: FREE,
  schema: FREE,
} as const satisfies FieldRules<ProjectStep>;

const aggregateRules = {
  output: 'class',
  id: 'properties',
  store: 'properties',
  formats: 'internal format',
  emitFinal: 'properties',
  calls: 'aggregate functions',
  groupBy: FREE, // A step of its own in ksqlDB; see aggregation().
  rekey: FREE,
  timeWindow: FREE, // A windowed aggregation is not upgraded at all.
  window: FREE,
  schema: FREE,
} as const satisfies FieldRules<AggregateStep>;

const sinkRules = {
  schemas: FREE, // They follow from the columns and the formats.
  output: 'class',
  id: 'properties',
  formats: 'formats',
  topic: 'topicName',
  timestamp: 'timestampColumn',
  window: FREE,
  schema: FREE, // Of the source that is made; see checkReplacement.
} as const satisfies FieldRules<SinkStep>;

interface Property {
  readonly name: string;
  /** As it is told of. */
  readonly value: unknown;
  /** What expressions and calls mean; absent where plans have nothing but their texts. */
  readonly meaning?: unknown;
  /** A list that others may follow in: what was kept is found where it was. */
  readonly mayGrow?: true;
}

/** A step that an upgrade has to keep. */
interface EnforcedStep {
  readonly step: Step['step'];
  /** ksqlDB's name of the step. */
  readonly className: string;
  /** What both plans must agree on; `none`: a plan with such a step is not upgraded. */
  readonly properties: readonly Property[] | 'none';
}

/**
 * The new query goes on where the old one stopped, in the old one's state. Of both plans the steps count that keep
 * something, or that decide where rows come from and go to; they must be the same ones in the same order. Filters and
 * projections between them may come, go and change.
 * @throws {DiagnosticError} in ksqlDB's words, naming the step that stands in the way.
 */
export function checkUpgrade(running: QueryPlan, replacement: QueryPlan): void {
  const after = enforcedSteps(replacement.root);
  enforcedSteps(running.root).forEach((old, index) => {
    const next = after[index];
    const problem =
      old.properties === 'none' || next === undefined
        ? upgradeProblems.unsupported(old.className)
        : differenceOf(old, next);
    if (problem === undefined) return;
    throw refuse(upgradeMessages.refused(problem, running.queryId));
  });
}

function differenceOf(old: EnforcedStep, next: EnforcedStep): string | undefined {
  const { className } = old;
  if (className !== next.className) {
    if (old.step !== 'source' || next.step === 'source') {
      return upgradeProblems.differs(className, 'class', [className, next.className]);
    }
    return next.step === 'join' ? upgradeProblems.sourceToJoin : upgradeProblems.added(next.className);
  }
  if (old.properties === 'none' || next.properties === 'none') return undefined;
  for (const [index, { name, value, meaning, mayGrow }] of old.properties.entries()) {
    const { value: other, meaning: otherMeaning } = next.properties[index] ?? {};
    const compared =
      mayGrow && Array.isArray(value) && Array.isArray(other) ? other.slice(0, value.length) : other;
    const [before, now] =
      meaning === undefined || otherMeaning === undefined ? [value, compared] : [meaning, otherMeaning];
    if (JSON.stringify(before) === JSON.stringify(now)) continue;
    return upgradeProblems.differs(className, name, [textOf(value), textOf(other)]);
  }
  return undefined;
}

/** From the result to the source; what lies below a join is not looked at, since no join is upgraded. */
function enforcedSteps(step: Step): readonly EnforcedStep[] {
  const kind = step.output === 'TABLE' ? 'Table' : 'Stream';
  switch (step.step) {
    case 'filter':
      return enforcedSteps(step.input);
    case 'project':
      // One that takes the whole key as it is changes nothing that was kept.
      return step.keyPositions === undefined
        ? enforcedSteps(step.input)
        : [enforced(step, `${kind}Select`, fieldsOf(step, projectRules)), ...enforcedSteps(step.input)];
    case 'flatMap':
      return [enforced(step, 'StreamFlatMap', fieldsOf(step, flatMapRules)), ...enforcedSteps(step.input)];
    case 'partitionBy':
      return [
        enforced(step, `${kind}SelectKey`, fieldsOf(step, partitionByRules)),
        ...enforcedSteps(step.input),
      ];
    case 'keyBy':
      return [enforced(step, `${kind}SelectKey`, 'none')];
    case 'aggregate':
      return aggregation(step);
    case 'join':
      return [enforced(step, JOIN_CLASSES[step.kind], 'none')];
    case 'source':
      return [source(step, kind)];
    case 'sink':
      return [enforced(step, `${kind}Sink`, fieldsOf(step, sinkRules)), ...enforcedSteps(step.input)];
  }
}

const JOIN_CLASSES = {
  'stream-stream': 'StreamStreamJoin',
  'stream-table': 'StreamTableJoin',
  'table-table': 'TableTableJoin',
  'foreign-key': 'ForeignKeyTableTableJoin',
} as const;

function enforced({ step }: Step, className: string, properties: EnforcedStep['properties']): EnforcedStep {
  return { step, className, properties };
}

function source(step: SourceStep, kind: 'Stream' | 'Table'): EnforcedStep {
  if (step.formats.key.window !== undefined) {
    return enforced(step, `Windowed${kind}Source`, 'none');
  }
  const fields = fieldsOf(step, sourceRules);
  if (kind === 'Stream') return enforced(step, 'StreamSource', fields);
  const stored = step.valueColumns.map(({ name, type }) => `${quoteName(name)} ${type}`);
  return enforced(step, 'TableSource', [...fields, { name: 'stored columns', value: stored, mayGrow: true }]);
}

function aggregation(step: AggregateStep): readonly EnforcedStep[] {
  if (step.timeWindow !== undefined) return [enforced(step, 'StreamWindowedAggregate', 'none')];
  if (step.input.output === 'TABLE') return [enforced(step, 'TableAggregate', 'none')];
  const { row } = step.input.schema;
  const columns = requiredColumns(step);
  const fields = fieldsOf(step, aggregateRules);
  const calls = fields.findIndex(({ name }) => name === aggregateRules.calls);
  const properties = [
    ...fields.slice(0, calls),
    { name: 'columns not part of aggregate', value: columns.map(quoteName) },
    // The state was made of values of these types.
    { name: 'column types', value: columns.map((name) => columnText(row, name)) },
    ...fields.slice(calls),
  ];
  return [
    enforced(step, 'StreamAggregate', properties),
    enforced(step, step.rekey ? 'StreamGroupBy' : 'StreamGroupByKey', [
      propertyOf('groupByExpressions', step.groupBy, row),
    ]),
    ...enforcedSteps(step.input),
  ];
}

function columnText(row: readonly PlanColumn[], name: string): string {
  const type = row.find((column) => column.name === name)?.type;
  return type === undefined ? quoteName(name) : `${quoteName(name)} ${type}`;
}

function fieldsOf(step: Step, rules: Readonly<Record<string, string | typeof FREE>>): readonly Property[] {
  const values = new Map<string, unknown>(Object.entries(step));
  const row = 'input' in step ? step.input.schema.row : [];
  return Object.entries(rules).flatMap(([field, name]) =>
    name === FREE ? [] : [propertyOf(name, values.get(field) ?? null, row)],
  );
}

/** @param row that expressions are over. */
function propertyOf(name: string, value: unknown, row: readonly PlanColumn[]): Property {
  const meaning = recordsIn(value);
  const property = { name, value: written(value) };
  return meaning === undefined ? property : { ...property, meaning: withColumnNames(meaning, row) };
}

/** Expressions and calls as they were written. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (typeof value !== 'object' || value === null || !('text' in value)) return value;
  return 'name' in value ? { name: value.name, text: value.text } : value.text;
}

/** The trees of expressions, the records of calls; undefined where one has none, as in plans of the versions 1 and 2. */
function recordsIn(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  const records = value.map((item: Partial<PlanExpression & PlanAggregateCall & PlanTableCall>) => {
    const { name = null, tree, call } = item;
    return tree ?? (call === undefined ? undefined : { name, call });
  });
  return records.includes(undefined) ? undefined : records;
}

/** A record whose columns are told by name: an upgrade may move their places. */
function withColumnNames(record: unknown, row: readonly PlanColumn[]): unknown {
  return JSON.parse(
    JSON.stringify(record, (_, part: unknown) => {
      const place = placeOfColumn(part);
      if (place !== undefined) return { column: row[place]?.name };
      return isGuard(part) ? { ...part, text: undefined } : part;
    }),
  );
}

function isNode(part: unknown): part is { readonly kind: unknown } {
  return typeof part === 'object' && part !== null && 'kind' in part;
}

/** Its text is what is told of a failure. */
function isGuard(part: unknown): part is object {
  return isNode(part) && part.kind === 'Guard';
}

function placeOfColumn(part: unknown): number | undefined {
  if (!isNode(part) || part.kind !== 'Column' || !('index' in part)) return undefined;
  return typeof part.index === 'number' ? part.index : undefined;
}

/** In ksqlDB's order: of the groups, of the functions' arguments, of the conditions. */
function requiredColumns(step: AggregateStep): readonly string[] {
  const { row } = step.input.schema;
  const names = new Set<string>();
  const add = (expression: PlanExpression | PlanAggregateCall): void => {
    const record =
      'call' in expression ? expression.call : 'tree' in expression ? expression.tree : undefined;
    const found = record === undefined ? columnsOfText(expression.text) : columnsOfRecord(record, row);
    for (const name of found) names.add(name);
  };
  step.groupBy.forEach(add);
  step.calls.forEach(add);
  for (let input = step.input; input.step === 'filter'; input = input.input) add(input.predicate);
  return [...names];
}

function columnsOfRecord(record: unknown, row: readonly PlanColumn[]): readonly string[] {
  const names: string[] = [];
  JSON.stringify(record, (_, part: unknown) => {
    const name = row[placeOfColumn(part) ?? -1]?.name;
    if (name !== undefined) names.push(name);
    return part;
  });
  return names;
}

/** The columns of an expression of the versions 1 and 2. A call of `*` reads ROWTIME. */
function columnsOfText(text: string): readonly string[] {
  const expression = parsePlanText(text);
  const names = columnsOf(expression).map(({ name }) => name);
  return expression.kind === 'FunctionCall' && expression.arguments.length === 0
    ? ['ROWTIME', ...names]
    : names;
}

/** Lists as ksqlDB prints them, everything else as JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(itemText).join(', ')}]`;
  return JSON.stringify(value);
}

function itemText(item: unknown): string {
  if (typeof item === 'object' && item !== null && 'text' in item) return String(item.text);
  return textOf(item);
}
