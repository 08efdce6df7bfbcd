import type { LogicalNode } from './nodes/logical-node.ts';
import type { Names } from './passes/naming.ts';
import type { Findings } from './passes/physical.ts';
import { isStep } from './passes/record-routes.ts';
import type { LogicalPlan } from './plan.ts';

/** Fields that are printed otherwise, or that follow from the others. */
const SILENT: ReadonlySet<string> = new Set([
  'kind',
  'shape',
  'inputs',
  'name',
  'keySerde',
  'valueSerde',
  'streamValueSerde',
  'keyChanged',
  'changes',
  'storeName',
  'closeAfterMs',
  'versioned',
  'joined',
  'definition',
]);

/**
 * Prints a logical plan: a line for each node in the order of the calls, with what it reads, what it was given, and what
 * the passes have found out: topics that its input passes, tables that are kept, old values that are told.
 */
export function explainPlan(plan: LogicalPlan, findings: Findings): string {
  const numberOf = new Map(plan.nodes.map((node, index) => [node, index + 1]));
  const lines = plan.nodes.map((node) => {
    const given = Object.entries(node).flatMap(([field, value]) => printField(field, value));
    const parts = [...readsOf(node, numberOf, findings), ...given, ...foundOf(node, findings)];
    const name = nameOf(node, findings.names);
    return `#${numberOf.get(node)} ${node.kind}${name}${parts.map((part) => `\n     ${part}`).join('')}\n`;
  });
  return lines.join('');
}

function nameOf(node: LogicalNode, names: Names): string {
  if (node.kind === 'grouping' || node.kind === 'skipped-names') return '';
  return ` ${names.of(node).name}`;
}

function readsOf(
  node: LogicalNode,
  numberOf: ReadonlyMap<LogicalNode, number>,
  { names, routes, nullKeys }: Findings,
): string[] {
  return node.inputs.map((input, index) => {
    const upstream = routes.of(node, index);
    const read = `reads #${numberOf.get(input)}`;
    if (!isStep(upstream)) return read;
    const nullKeysToo = nullKeys.has(upstream) ? ', null keys too' : '';
    return `${read} through topic ${names.ofStep(upstream).topic}${nullKeysToo}`;
  });
}

function foundOf(node: LogicalNode, { names, materialized, ...findings }: Findings): string[] {
  const found: string[] = [];
  if (node.shape === 'stream' && node.keyChanged) found.push('the key may have changed');
  const own = names.of(node);
  // What has no name of its own has that of its input, and no store.
  const store = nameOf(node, names) !== '' && 'store' in own ? own.store : undefined;
  if (typeof store === 'string' && (materialized.has(node) || !isFed(node)))
    found.push(`kept in store ${store}`);
  if (findings.sendOldValues.has(node)) found.push('tells old values');
  if (findings.reusesSourceTopic.has(node)) found.push('restored from its topic');
  for (const step of findings.routes.mergedBehind(node))
    found.push(`goes on through topic ${names.ofStep(step).topic}`);
  if (findings.selfJoins.has(node)) found.push('keeps the records of both sides once');
  return found;
}

/** Kept only where somebody needs its rows. */
function isFed({ kind }: LogicalNode): boolean {
  return kind === 'table-source' || kind === 'to-table' || kind === 'foreign-key-join';
}

function printField(field: string, value: unknown): string[] {
  if (SILENT.has(field) || value === undefined) return [];
  const shown = printValue(value);
  return shown === '' ? [] : [`${field}: ${shown}`];
}

function printValue(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : `${value.name}()`;
  if (Array.isArray(value)) return value.map(printValue).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  if ('serialize' in value) return '';
  return Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .map(([field, each]) => [field, printValue(each)] as const)
    .filter(([, shown]) => shown !== '')
    .map(([field, shown]) => `${field} ${shown}`)
    .join(', ');
}
