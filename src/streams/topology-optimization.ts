import { DiagnosticError } from '../base/errors.ts';
import { unknownName } from '../base/unknown-name.ts';

/** What Kafka Streams can do to a topology that leaves its results as they are, under its names. */
export const TOPOLOGY_OPTIMIZATIONS = [
  'reuse.ktable.source.topics',
  'merge.repartition.topics',
  'single.store.self.join',
] as const;

/**
 * - `reuse.ktable.source.topics`: a table that is read from a topic is restored from that topic, and has no changelog.
 * - `merge.repartition.topics`: operators behind one that changes keys share one repartition topic.
 * - `single.store.self.join`: a join of a stream with itself keeps its records once.
 */
export type TopologyOptimization = (typeof TOPOLOGY_OPTIMIZATIONS)[number];

/** How optimizations are asked for: all, none, or those that are named. Without a word there are none. */
export interface BuildOptions {
  readonly optimization?: 'all' | 'none' | TopologyOptimization | readonly TopologyOptimization[];
}

/**
 * The optimizations that a value of `topology.optimization` asks for: `all`, `none`, or names with commas between.
 * @throws {DiagnosticError} for another name, and for `all` or `none` beside others
 */
function parseOptimizations(text: string): readonly TopologyOptimization[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === 'all') return TOPOLOGY_OPTIMIZATIONS;
  if (names.length === 1 && names[0] === 'none') return [];
  for (const name of names) if (!isOptimization(name)) throw unknownOptimization(name, names.length);
  return TOPOLOGY_OPTIMIZATIONS.filter((each) => names.includes(each));
}

/** The optimizations that options ask for, in the order in which they are made. @throws {DiagnosticError} as above */
export function optimizationsOf({ optimization = 'none' }: BuildOptions): readonly TopologyOptimization[] {
  return parseOptimizations(
    typeof optimization === 'string' ? optimization : optimization.join(',') || 'none',
  );
}

function isOptimization(name: string): name is TopologyOptimization {
  return TOPOLOGY_OPTIMIZATIONS.some((each) => each === name);
}

function unknownOptimization(name: string, count: number): DiagnosticError {
  if (count > 1 && (name === 'all' || name === 'none')) {
    return new DiagnosticError({
      message: `topology.optimization has ${name} beside other names`,
      hint: `${name} stands alone`,
    });
  }
  return unknownName(`there is no topology.optimization ${name}`, {
    name,
    known: TOPOLOGY_OPTIMIZATIONS,
    hint: `it is all, none, or of ${TOPOLOGY_OPTIMIZATIONS.join(', ')}`,
  });
}
