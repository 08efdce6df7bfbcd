import { parsePlanText } from '../physical/plan-text.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import { quoteName } from '../../serde/model/sql-type.ts';
import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { type AggregateStep, inputsOf, type QueryPlan, type Step } from '../physical/steps.ts';
import { printColumn, type SchemaColumn } from '../types/logical-schema.ts';

/**
 * CREATE OR REPLACE keeps what others rely on: the kind, the topic, its formats, and every column where it was. New
 * value columns may follow the old ones. @throws {DiagnosticError} saying what changed.
 */
export function checkReplacement(old: DataSource, replacement: DataSource): void {
  const kind = replacement.kind.toLowerCase();
  const refuse = (reason: string): never => {
    throw sqlError(`Cannot add ${kind} '${replacement.name}': ${reason}`, {
      hint: `DROP ${old.kind} ${old.name}; and create it anew, or give the new one another name`,
    });
  };
  const subject = `DataSource '\`${old.name}\`' has`;
  if (old.kind !== replacement.kind) {
    refuse(`A ${old.kind.toLowerCase()} with the same name already exists`);
  }
  const [topic, newTopic] = [old.topic.name, replacement.topic.name];
  if (topic !== newTopic)
    refuse(`${subject} topic = ${topic} which cannot be upgraded to topic = ${newTopic}`);
  for (const side of ['keyFormat', 'valueFormat'] as const) {
    const [before, after] = [old.topic[side].format, replacement.topic[side].format];
    if (before !== after)
      refuse(`${subject} ${side} = ${before} which cannot be upgraded to ${side} = ${after}`);
  }
  const schemas =
    `${subject} schema = ${old.schema.toString()} which cannot be upgraded to schema = ` +
    `${replacement.schema.toString()}.`;
  const keys = [
    ...differing(old.schema.key, replacement.schema.key),
    ...replacement.schema.key.slice(old.schema.key.length),
  ];
  if (keys.length > 0) {
    refuse(
      `${schemas} (Key columns must be identical. The following key columns are changed, missing or reordered: ${list(keys.map(printColumn))})`,
    );
  }
  const values = differing(old.schema.value, replacement.schema.value);
  if (values.length > 0) {
    refuse(
      `${schemas} (The following columns are changed, missing or reordered: ${list(values.map(printColumn))})`,
    );
  }
}

/** Columns that are not where they were. */
function differing(before: readonly SchemaColumn[], after: readonly SchemaColumn[]): readonly SchemaColumn[] {
  return before.filter((column, index) => {
    const other = after[index];
    return other === undefined || printColumn(other) !== printColumn(column);
  });
}

function list(texts: readonly string[]): string {
  return `[${texts.join(', ')}]`;
}

/**
 * The new query goes on where the old one stopped, in the old one's state: what keeps state must be as it was. Filters
 * and projections may change. @throws {DiagnosticError} naming the step that stands in the way.
 */
export function checkUpgrade(running: QueryPlan, replacement: QueryPlan): void {
  const before = statefulSteps(running.root);
  const after = statefulSteps(replacement.root);
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    const [old, next] = [before[index], after[index]];
    if (old !== undefined && next !== undefined && !old.fixed && old.name === next.name) {
      const [had, has] = [list(old.columns), list(next.columns)];
      if (had !== has) {
        throw sqlError(
          `${old.name} must have matching columns not part of aggregate. Values differ: ${had} vs. ${has}`,
          { hint: `TERMINATE ${running.queryId}; DROP its result and make it anew` },
        );
      }
      if (old.shape === next.shape) continue;
    }
    const name = (old ?? next)?.name ?? '';
    throw sqlError(`Upgrades not yet supported for ${name}`, {
      hint: `TERMINATE ${running.queryId}; DROP its result and make it anew: the state cannot be carried over`,
    });
  }
}

interface Stateful {
  readonly name: string;
  /** No change around it is allowed: its state depends on all that came before. */
  readonly fixed: boolean;
  readonly shape: string;
  /** The columns of the source that an aggregation and the filters before it need. */
  readonly columns: readonly string[];
}

function statefulSteps(step: Step): readonly Stateful[] {
  const below = inputsOf(step).flatMap(statefulSteps);
  if (step.step === 'join') {
    const words = {
      'stream-stream': 'StreamStream',
      'stream-table': 'StreamTable',
      'table-table': 'TableTable',
      'foreign-key': 'ForeignKeyTableTable',
    };
    return [{ name: `${words[step.kind]}Join`, fixed: true, shape: '', columns: [] }, ...below];
  }
  if (step.step !== 'aggregate') return below;
  const { groupBy, calls, formats } = step;
  const windowed = step.timeWindow !== undefined;
  const name = windowed
    ? 'StreamWindowedAggregate'
    : `${step.input.output === 'TABLE' ? 'Table' : 'Stream'}Aggregate`;
  const shape = JSON.stringify({ groupBy, calls, formats });
  return [{ name, fixed: windowed, shape, columns: requiredColumns(step) }, ...below];
}

/** In ksqlDB's order: of the groups, of the functions' arguments, of the conditions. A call of `*` reads ROWTIME. */
function requiredColumns(step: AggregateStep): readonly string[] {
  const names = new Set<string>();
  const add = (text: string): void => {
    const expression = parsePlanText(text);
    if (expression.kind === 'FunctionCall' && expression.arguments.length === 0) names.add('ROWTIME');
    for (const { name } of columnsOf(expression)) names.add(name);
  };
  step.groupBy.forEach(add);
  for (const { call } of step.calls) add(call);
  for (let input = step.input; input.step === 'filter'; input = input.input) add(input.predicate);
  return [...names].map(quoteName);
}
