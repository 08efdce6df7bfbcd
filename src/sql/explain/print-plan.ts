import { formatExpression } from '../../../grammar/printer/expressions.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { printBound } from '../bound/print.ts';
import { printBoundTree } from '../bound/print-tree.ts';
import { printType } from '../../serde/model/sql-type.ts';
import type { AggregateWindow, JoinWindow, LogicalNode } from '../logical/nodes.ts';
import { type AggregateStep, inputsOf, type PlanExpression, type Step } from '../physical/steps.ts';

/** The printed forms of the ladder's rungs: one tree form for all, a node per line, inputs indented below. */
export function printLogicalPlan(node: LogicalNode): string {
  return tree(node, (part) => `${part.node} ${part.id} ${describeNode(part)}`, inputsOfNode).join('\n');
}

/** The expressions of each logical node, as they are bound over its rows. */
export function printBoundPlan(node: LogicalNode): string {
  return tree(node, (part) => `${part.node} ${part.id}`, inputsOfNode, boundLines).join('\n');
}

function boundLines(node: LogicalNode): readonly string[] {
  const named = (name: string, expression: BoundExpression): readonly string[] => {
    const [first = '', ...others] = printBoundTree(expression);
    return [`${name}: ${first}`, ...others];
  };
  switch (node.node) {
    case 'Source':
      return [];
    case 'Filter':
      return named('condition', node.predicate);
    case 'FlatMap':
      return node.calls.flatMap(({ name, bound }) =>
        bound.arguments.flatMap((argument) => named(name, argument)),
      );
    case 'PartitionBy':
      return node.keys.flatMap((key) => named('key', key));
    case 'Join': {
      const { left, right, joinKey } = node;
      return [
        ...(left.keyBy === undefined ? [] : named('left key', left.keyBy)),
        ...(right.keyBy === undefined ? [] : named('right key', right.keyBy)),
        ...(joinKey.kind === 'foreign' ? named('foreign key', joinKey.expression) : []),
      ];
    }
    case 'Aggregate':
      return [
        ...node.groupBy.flatMap((key) => named('key', key)),
        ...node.calls.flatMap(({ name, bound }) => bound.inputs.flatMap((input) => named(name, input))),
      ];
    case 'Project':
      return node.columns.flatMap(({ name, expression }) => named(name, expression));
  }
}

export function printPhysicalPlan(step: Step): string {
  return tree(step, (part) => `${part.step} ${part.id} ${describeStep(part)}`.trimEnd(), inputsOf).join('\n');
}

/** @param details more lines of a node, indented twice. */
function tree<T>(
  root: T,
  line: (node: T) => string,
  inputs: (node: T) => readonly T[],
  details: (node: T) => readonly string[] = () => [],
): readonly string[] {
  return [
    `> ${line(root)}`,
    ...details(root).map((text) => `    ${text}`),
    ...inputs(root).flatMap((input) => tree(input, line, inputs, details).map((text) => `  ${text}`)),
  ];
}

function inputsOfNode(node: LogicalNode): readonly LogicalNode[] {
  switch (node.node) {
    case 'Source':
      return [];
    case 'Join':
      return [node.left.node, node.right.node];
    default:
      return [node.input];
  }
}

function describeNode(node: LogicalNode): string {
  const columns = (list: readonly { name: string; type: Parameters<typeof printType>[0] }[]): string =>
    list.map(({ name, type }) => `${name} ${printType(type)}`).join(', ');
  const key = `key [${columns(node.schema.key)}]`;
  switch (node.node) {
    case 'Source':
      return `${node.output} ${node.source.name} AS ${node.alias}, ${key}${notRead(node.source.schema.value, node.unread)}`;
    case 'Filter':
      return printBound(node.predicate);
    case 'FlatMap':
      return node.calls.map(({ call, name }) => `${formatExpression(call)} AS ${name}`).join(', ');
    case 'PartitionBy':
      return `${node.keys.map(printBound).join(', ')}, ${key}`;
    case 'Join':
      return `${node.type}, ${key}${withinText(node.within)}`;
    case 'Aggregate': {
      const calls = node.calls.map(({ call, name }) => `${formatExpression(call)} AS ${name}`).join(', ');
      return `${calls}, by ${node.groupBy.map(printBound).join(', ')}${windowText(node)}`;
    }
    case 'Project': {
      const selected = node.columns.map(({ name, expression }) => `${printBound(expression)} AS ${name}`);
      return `${selected.join(', ')}, ${key}`;
    }
  }
}

function withinText(within: JoinWindow | undefined): string {
  if (within === undefined) return '';
  return `, within ${within.beforeMs} ms before, ${within.afterMs} ms after${limitText('grace', within.graceMs)}`;
}

function windowText({
  timeWindow: window,
  emitFinal,
}: Pick<AggregateStep, 'timeWindow' | 'emitFinal'>): string {
  if (window === undefined) return '';
  const limits = limitText('grace', window.graceMs) + limitText('retention', window.retentionMs);
  return `, ${lengthText(window)}${limits}${emitFinal ? ', final results' : ''}`;
}

function lengthText(window: AggregateWindow): string {
  switch (window.kind) {
    case 'TUMBLING':
      return `TUMBLING windows of ${window.sizeMs} ms`;
    case 'HOPPING':
      return `HOPPING windows of ${window.sizeMs} ms every ${window.advanceMs} ms`;
    case 'SESSION':
      return `SESSION windows with gaps of ${window.gapMs} ms`;
  }
}

const limitText = (name: string, ms: number | undefined): string =>
  ms === undefined ? '' : `, ${name} ${ms} ms`;

/** The columns of a source that no step reads. */
function notRead(columns: readonly { readonly name: string }[], unread: readonly number[] = []): string {
  if (unread.length === 0) return '';
  return `, not read: ${unread.map((place) => columns[place]?.name ?? '').join(', ')}`;
}

function texts(expressions: readonly PlanExpression[]): string {
  return expressions.map(({ text }) => text).join(', ');
}

function describeStep(step: Step): string {
  switch (step.step) {
    case 'source':
      return `topic ${step.topic}, key ${step.formats.key.format}, value ${step.formats.value.format}${notRead(step.valueColumns, step.unread)}${step.store === undefined ? '' : `, kept in ${step.store}`}`;
    case 'filter':
      return step.predicate.text;
    case 'project':
      return step.columns.map(({ name, expression }) => `${expression.text} AS ${name}`).join(', ');
    case 'flatMap':
      return step.calls.map(({ name, text }) => `${text} AS ${name}`).join(', ');
    case 'partitionBy':
      return texts(step.keys);
    case 'keyBy':
      return `${step.key?.text ?? 'same key'}, key ${step.formats.key.format}`;
    case 'aggregate':
      return `${step.calls.map(({ name, text }) => `${text} AS ${name}`).join(', ')} by ${texts(step.groupBy)}${windowText(step)}, ${step.rekey ? 'repartitioned, ' : ''}kept in ${step.store}`;
    case 'join':
      return `${step.kind} ${step.type}${withinText(step.within)}`;
    case 'sink':
      return `topic ${step.topic}, key ${step.formats.key.format}, value ${step.formats.value.format}`;
  }
}
