import { assertDefined } from '../../base/assert.ts';
import type { Operator, OperatorContext, TimedOperator, WindowCloser } from '../operators/operator.ts';
import type { NodeFactory } from '../operators/operator-node.ts';
import { operatorFor } from '../operators/operator-registry.ts';
import type { AnyRecord } from '../record.ts';
import type { ProcessorNode, SinkNode, SourceNode } from '../topology/nodes.ts';
import type { Topology } from '../topology/topology.ts';
import type { Executor, RuntimeNode } from './executor.ts';
import { RxSegment } from './rx-segment.ts';

/** A source of a task, with what must be prefetched for its records. */
export interface RuntimeSource {
  readonly node: SourceNode;
  readonly entry: RuntimeNode;
  /** Operators that will read state by the key that the source's records have. */
  readonly prefetches: readonly Operator[];
  /** Its records were written by another part of the same topology. */
  readonly isRepartition: boolean;
}

export interface TaskNodes {
  readonly sources: readonly RuntimeSource[];
  /** Closes operators, children first: all of them, then throws what the first one threw. */
  close(): void;
}

/**
 * Instantiates nodes for one task. Runs of stateless nodes that have one child and one parent each are fused into one
 * RxJS pipeline; a source stands for its children.
 */
export function instantiate(options: {
  readonly topology: Topology;
  readonly nodeNames: readonly string[];
  readonly executor: Executor;
  readonly contextFor: (name: string, node: () => RuntimeNode) => OperatorContext;
  readonly sink: (node: SinkNode) => (record: AnyRecord) => void | Promise<void>;
  /** Called with each operator that wants to be told the time, and with those whose windows it tells as final. */
  readonly onTimed: (operator: TimedOperator, above: readonly WindowCloser[]) => void;
}): TaskNodes {
  const { topology, nodeNames, executor } = options;
  const childrenOf = new Map<string, string[]>();
  for (const name of nodeNames) {
    const node = assertDefined(topology.nodes.get(name), `no node ${name}`);
    if (node.kind === 'source') continue;
    for (const parent of node.parents) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), name]);
  }

  const built = new Map<
    string,
    {
      readonly runtime: RuntimeNode;
      readonly operators: readonly Operator[];
      readonly keepsKey: boolean;
      readonly tail: string;
    }
  >();
  const closers: (() => void)[] = [];
  const factories = new Map<string, NodeFactory>();

  function factoryOf(node: ProcessorNode): NodeFactory {
    const factory = factories.get(node.name) ?? operatorFor(node.operator);
    factories.set(node.name, factory);
    return factory;
  }

  function build(name: string): RuntimeNode {
    const existing = built.get(name);
    if (existing) return existing.runtime;
    const node = assertDefined(topology.nodes.get(name), `no node ${name}`);
    if (node.kind === 'sink') return remember(name, leaf(name, options.sink(node)), [], false, name);
    if (node.kind === 'source') return buildSource(node);
    return factoryOf(node).type === 'rx' ? buildSegment(node) : buildOperator(node);
  }

  function remember(
    name: string,
    runtime: RuntimeNode,
    operators: readonly Operator[],
    keepsKey: boolean,
    tail: string,
  ): RuntimeNode {
    built.set(name, { runtime, operators, keepsKey, tail });
    for (const child of childrenOf.get(tail) ?? []) runtime.children.push(build(child));
    return runtime;
  }

  function buildSource(node: SourceNode): RuntimeNode {
    const runtime: RuntimeNode = leaf(node.name, (record) => executor.forward(runtime, record));
    return remember(node.name, runtime, [], true, node.name);
  }

  function buildOperator(node: ProcessorNode): RuntimeNode {
    let runtime: RuntimeNode | undefined;
    const context = options.contextFor(node.name, () =>
      assertDefined(runtime, `${node.name} is not built yet`),
    );
    const factory = factoryOf(node);
    if (factory.type !== 'operator') return build(node.name);
    const operator = factory.create(context);
    runtime = {
      name: node.name,
      children: [],
      load: operator.load && ((record) => operator.load?.(record)),
      process: (record) => operator.process(record),
    };
    closers.push(() => operator.close?.());
    return remember(node.name, runtime, [operator], factory.keepsKey, node.name);
  }

  function buildSegment(first: ProcessorNode): RuntimeNode {
    const chain = [first];
    for (let next = onlyRxChild(first); next; next = onlyRxChild(next)) chain.push(next);
    const tail = chain.at(-1) ?? first;
    const operators = chain.map((node) => {
      const context = options.contextFor(node.name, () => runtime);
      // Every node of the chain is an rx node.
      const factory = factoryOf(node);
      return factory.type === 'rx' ? factory.create(context) : undefined;
    });
    const segment = new RxSegment(
      operators.filter((operator) => operator !== undefined),
      (record) => executor.forward(runtime, record),
    );
    const runtime: RuntimeNode = leaf(first.name, (record) => segment.process(record));
    closers.push(() => segment.close());
    const keepsKey = chain.every((node) => factoryOf(node).keepsKey);
    return remember(first.name, runtime, [], keepsKey, tail.name);
  }

  function onlyRxChild(node: ProcessorNode): ProcessorNode | undefined {
    const children = childrenOf.get(node.name) ?? [];
    const child = children.length === 1 ? topology.nodes.get(children[0] ?? '') : undefined;
    if (child?.kind !== 'processor' || factoryOf(child).type !== 'rx' || child.parents.length !== 1)
      return undefined;
    return child;
  }

  function prefetchesBelow(name: string, found: Set<Operator>): Set<Operator> {
    const entry = built.get(name);
    if (!entry) return found;
    for (const operator of entry.operators) if (operator.prefetch) found.add(operator);
    if (entry.keepsKey) for (const child of childrenOf.get(entry.tail) ?? []) prefetchesBelow(child, found);
    return found;
  }

  /** The nearest operators with windows that a node's records come from, within the sub-topology. */
  function closersAbove(name: string): readonly WindowCloser[] {
    const node = topology.nodes.get(name);
    if (node === undefined || node.kind === 'source') return [];
    return node.parents.flatMap((parent) => {
      const closers = built.get(parent)?.operators.filter(closesWindows) ?? [];
      return closers.length > 0 ? closers : closersAbove(parent);
    });
  }

  const sources = nodeNames.flatMap((name): RuntimeSource[] => {
    const node = topology.nodes.get(name);
    if (node?.kind !== 'source') return [];
    const entry = build(name);
    const isRepartition = node.topics.some((topic) => topology.repartitionTopics.has(topic));
    return [{ node, entry, prefetches: [...prefetchesBelow(name, new Set())], isRepartition }];
  });
  for (const [name, { operators }] of built) {
    for (const operator of operators) {
      if (isTimed(operator)) options.onTimed(operator, operator.tellsFinal ? closersAbove(name) : []);
    }
  }
  return { sources, close: () => closeAll(closers.reverse()) };
}

function closeAll(closers: readonly (() => void)[]): void {
  const failures: unknown[] = [];
  for (const close of closers) {
    try {
      close();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function isTimed(operator: Operator): operator is Operator & TimedOperator {
  return operator.dueMs !== undefined && operator.onTime !== undefined;
}

function closesWindows(operator: Operator): operator is Operator & WindowCloser {
  return operator.closeWindows !== undefined;
}

function leaf(name: string, process: (record: AnyRecord) => void | Promise<void>): RuntimeNode {
  return { name, children: [], load: undefined, process };
}
