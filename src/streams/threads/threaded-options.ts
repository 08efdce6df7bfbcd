import {
  arrayOf,
  type Check,
  isObject,
  nonEmptyText,
  optional,
  optionsOf,
  wholeNumber,
} from '../../base/argument-checks.ts';
import { ArgumentError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { FailureKind } from '../runtime/failures.ts';
import {
  checkHost,
  type SettingsOfAll,
  settingsOfAll,
  type StreamsAppOptions,
} from '../runtime/streams-app-options.ts';
import type { CopiedOptions } from './messages.ts';
import type { NamedTopology, TopologyModule } from './thread-topology.ts';
import type { ThreadedStreamsHost } from './threaded-streams-host.ts';

/** Settings of a {@link ThreadedStreamsApp}: those of a {@link StreamsApp} but for functions, which its threads have. */
export interface ThreadedStreamsAppOptions
  extends Omit<StreamsAppOptions, 'environment' | 'topology' | 'host' | 'backPressure' | 'onFailure'> {
  /** Where its threads find the topology. */
  readonly topology: TopologyModule;
  /**
   * `num.stream.threads`: how many threads process beside the one that makes the application, 1; with a host how many of its
   * threads, all.
   */
  readonly threads?: number;
  /** Whose threads it runs on, with other applications of the same cluster; without it on threads of its own. */
  readonly host?: ThreadedStreamsHost | undefined;
  /** What happens to records that cannot be read, processed or written. Functions belong to the module. */
  readonly onFailure?: Partial<Record<FailureKind, 'fail' | 'continue'>>;
}

/** What the options are, once they are checked. */
export interface ThreadedSettings extends Pick<SettingsOfAll, 'applicationId' | 'onUncaught'> {
  readonly logger: Logger;
  readonly host: ThreadedStreamsHost | undefined;
  readonly threads: number;
  readonly topology: NamedTopology;
  /** By thread, the first of them 1. */
  readonly optionsOf: (thread: number) => CopiedOptions;
}

const THREADS_MAX = 1_000;

/** What there is one of in each thread, and no way to send. */
const OF_THE_MODULE: readonly string[] = ['backPressure', 'onFailure', 'consumer', 'producer'];
/** What has its own place on the thread that makes the application. */
const OF_THIS_THREAD = ['logger', 'onUncaught', 'threads', 'topology', 'host'];

/** Of the option `threads`. */
export const checkThreads = optional(wholeNumber(1, THREADS_MAX));

const checkHostOption: Check = (host, name) => {
  if (host === undefined || (isObject(host) && 'threadsOf' in host)) return;
  throw new ArgumentError(name, {
    message: `${name} of an application on threads is a ThreadedStreamsHost`,
    hint: 'a StreamsHost runs its applications on the thread that makes it',
  });
};

const moduleAddress: Check = (value, name) => {
  if (value instanceof URL) return;
  nonEmptyText(value, name);
  if (typeof value !== 'string' || !/^\.{0,2}[/\\]/.test(value)) return;
  throw new ArgumentError(name, {
    message: `a thread cannot find ${value}: it is no URL`,
    hint: `new URL('${value}', import.meta.url) is one`,
  });
};

const checkTopology = optionsOf<TopologyModule>({
  module: moduleAddress,
  export: nonEmptyText,
  arguments: optional(arrayOf(() => undefined)),
});

/** Threads make it; nobody builds one here. */
const NOT_HERE: StreamsAppOptions['topology'] = {
  build() {
    throw new ArgumentError('topology', { message: 'the topology is built in the stream threads' });
  },
};

/**
 * @throws {ArgumentError} for an option that is not what its type says, or cannot be sent to a thread.
 */
export function threadedSettings(options: ThreadedStreamsAppOptions): ThreadedSettings {
  const { host, topology } = options;
  checkHostOption(host, 'options.host');
  const { threads = host?.threads ?? 1 } = options;
  checkThreads(threads, 'options.threads');
  refuseTopology(topology);
  checkTopology(topology, 'options.topology');
  refuseFunctions(options);
  refuseFunctions({ arguments: topology.arguments }, 'options.topology');
  const { threads: _threads, topology: _topology, host: _host, ...others } = options;
  const settings = settingsOfAll({ ...others, topology: NOT_HERE });
  checkHost(options);
  const { clientId, cacheBytesMax, blockCacheBytes, stateDir } = settings;
  const { groupInstanceId } = settings.consumer;
  const { logger: _logger, onUncaught: _onUncaught, ...copied } = others;
  return {
    applicationId: settings.applicationId,
    onUncaught: settings.onUncaught,
    logger: settings.logger,
    host,
    threads,
    topology: { ...topology, module: String(topology.module) },
    optionsOf: (thread) => ({
      ...copied,
      stateDir,
      clientId: `${clientId}-StreamThread-${thread}`,
      // They are what the process may take, as in Kafka Streams.
      cacheBytesMax: Math.floor(cacheBytesMax / threads),
      blockCacheBytes: Math.floor(blockCacheBytes / threads),
      // Each thread is a member of the group.
      ...(groupInstanceId === undefined
        ? {}
        : { consumer: { ...copied.consumer, groupInstanceId: `${groupInstanceId}-${thread}` } }),
    }),
  };
}

/** Who comes from `StreamsApp` gives the topology itself. */
function refuseTopology(topology: unknown): void {
  if (!isObject(topology) || 'module' in topology || !('build' in topology || 'describe' in topology)) return;
  throw new ArgumentError('options.topology', {
    message: 'a topology has functions, which cannot be sent to a stream thread',
    hint: "export it from a module, and name that: { module: new URL('./topology.js', import.meta.url), export: 'topology' }",
  });
}

/** @throws {ArgumentError} for what is no plain data, by its path. */
export function refuseFunctions(options: object, argument = 'options'): void {
  for (const [name, value] of Object.entries(options)) {
    if (OF_THIS_THREAD.includes(name)) continue;
    if (name === 'environment') {
      throw new ArgumentError(`options.${name}`, {
        message: 'an environment cannot be shared with stream threads',
        hint: 'each of them has its own; StreamsApp runs on this thread, with what it is given',
      });
    }
    const path = pathOfUncopied(value, `${argument}.${name}`);
    if (path === undefined) continue;
    throw new ArgumentError(path, {
      message: `${path} cannot be sent to a stream thread: it is a function, or has one`,
      hint: OF_THE_MODULE.includes(name)
        ? `put it into the module of the topology, whose export may answer { topology, ${name} }`
        : 'put it into the module of the topology',
    });
  }
}

function pathOfUncopied(value: unknown, path: string): string | undefined {
  if (isCopied(value)) return undefined;
  if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      const inner = pathOfUncopied(field, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
      if (inner !== undefined) return inner;
    }
  }
  return path;
}

function isCopied(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
