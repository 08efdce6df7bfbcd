import { callback, isObject, optional, optionsOf, withMethods } from '../../base/argument-checks.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import { loadModule } from '../../base/io/load-module.ts';
import { showValue } from '../../base/show-value.ts';
import { unknownName } from '../../base/unknown-name.ts';
import { ProcessingTurn } from '../runtime/processing-turn.ts';
import type { StreamsAppOptions } from '../runtime/streams-app-options.ts';

/**
 * Where each stream thread finds the topology: functions cannot be sent to a thread, so it loads the module that has them.
 * The export is a `Topology`, a `StreamsBuilder`, a {@link ThreadTopology}, or a function (it may be async) that answers one of
 * them; it is called once in each thread.
 */
export interface TopologyModule {
  /**
   * URL of the module, or the name of a package's entry: `new URL('./topology.js', import.meta.url)`. Not the module that makes
   * the application, which each thread would run, too.
   */
  readonly module: string | URL;
  /** Its name there. */
  readonly export: string;
  /** What an exported function is called with. Each thread is given a copy (a structured clone). */
  readonly arguments?: readonly unknown[];
}

/** A topology, and the functions that belong to each thread. See {@link StreamsAppOptions} of the same names. */
export type ThreadTopology = Pick<
  StreamsAppOptions,
  'topology' | 'onFailure' | 'keepsResultInputs' | 'backPressure' | 'consumer' | 'producer'
>;

/** A {@link TopologyModule} as it is sent. */
export interface NamedTopology extends TopologyModule {
  readonly module: string;
}

const topologyOf = withMethods('describe');
const builderOf = withMethods('build');
const checkThreadTopology = optionsOf<ThreadTopology>({
  topology: (value, name) =>
    isObject(value) && 'build' in value ? builderOf(value, name) : topologyOf(value, name),
  onFailure: optional(withMethods()),
  keepsResultInputs: optional((value) => value === true || value === false),
  backPressure: optional(callback),
  consumer: optional(withMethods()),
  producer: optional(withMethods()),
});

/** @throws {DiagnosticError} that names the module, and says what is wrong with it. */
export async function loadTopology(
  { module, export: name, arguments: given = [] }: NamedTopology,
  turn = new ProcessingTurn(),
): Promise<ThreadTopology> {
  const where = `${name} of ${module}`;
  const exported = exportNamed(await loaded(module), { name, module });
  let made: unknown = exported;
  if (typeof exported === 'function') {
    try {
      made = await turn.during<unknown>(() => Reflect.apply(exported, undefined, given));
    } catch (error) {
      throw mistake(`${where}, which is to make the topology, has failed: ${messageOf(error)}`, error);
    }
  }
  return threadTopology(made, where);
}

async function loaded(module: string): Promise<object> {
  try {
    const exports = await loadModule(module);
    return isObject(exports) ? exports : {};
  } catch (error) {
    throw mistake(`the module of the topology cannot be loaded: ${module}: ${messageOf(error)}`, error);
  }
}

function exportNamed(
  exports: object,
  { name, module }: { readonly name: string; readonly module: string },
): unknown {
  if (Object.hasOwn(exports, name)) return Reflect.get(exports, name);
  const known = Object.keys(exports);
  throw unknownName(`the module of the topology has no export ${name}: ${module}`, {
    name,
    known,
    hint: known.length === 0 ? 'it exports nothing' : `it exports ${known.join(', ')}`,
  });
}

function threadTopology(made: unknown, where: string): ThreadTopology {
  if (isTopology(made)) return { topology: made };
  try {
    if (isThreadTopology(made)) return made;
  } catch (error) {
    throw mistake(`${where} is not what a stream thread can run: ${messageOf(error)}`, error);
  }
  throw new DiagnosticError({
    message: `${where} is no topology: ${showValue(made)}`,
    hint: 'export a Topology, a StreamsBuilder, { topology, onFailure, ... }, or a function that answers one of them',
  });
}

/** By what it can do: the module may have the classes of another copy of this package. */
const isTopology = (made: unknown): made is ThreadTopology['topology'] =>
  isObject(made) && ('build' in made || 'describe' in made);

function isThreadTopology(made: unknown): made is ThreadTopology {
  if (!isObject(made) || !('topology' in made)) return false;
  checkThreadTopology(made, 'the export');
  return true;
}

const mistake = (message: string, cause: unknown): DiagnosticError =>
  new DiagnosticError({ message }, { cause });
