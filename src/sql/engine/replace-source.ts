import { sqlError } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { inputsOf, type QueryPlan, type Step } from '../physical/steps.ts';
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
      `${schemas} (Key columns must be identical. The following key columns are changed, missing or reordered: ${list(keys)})`,
    );
  }
  const values = differing(old.schema.value, replacement.schema.value);
  if (values.length > 0) {
    refuse(`${schemas} (The following columns are changed, missing or reordered: ${list(values)})`);
  }
}

/** Columns that are not where they were. */
function differing(before: readonly SchemaColumn[], after: readonly SchemaColumn[]): readonly SchemaColumn[] {
  return before.filter((column, index) => {
    const other = after[index];
    return other === undefined || printColumn(other) !== printColumn(column);
  });
}

function list(columns: readonly SchemaColumn[]): string {
  return `[${columns.map(printColumn).join(', ')}]`;
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
    if (old !== undefined && next !== undefined && !old.fixed && old.shape === next.shape) continue;
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
    return [{ name: `${words[step.kind]}Join`, fixed: true, shape: '' }, ...below];
  }
  if (step.step !== 'aggregate') return below;
  const { groupBy, calls, formats } = step;
  const windowed = step.timeWindow !== undefined;
  const name = windowed
    ? 'StreamWindowedAggregate'
    : `${step.input.output === 'TABLE' ? 'Table' : 'Stream'}Aggregate`;
  return [{ name, fixed: windowed, shape: JSON.stringify({ groupBy, calls, formats }) }, ...below];
}
