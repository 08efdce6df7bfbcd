import type { QueryDescription } from '../sql/index.ts';
import type { StartProgress } from './start-progress.ts';
import type { Stopping } from './stopping.ts';

interface HealthSources {
  readonly progress: StartProgress;
  readonly stopping: Pick<Stopping, 'begun'>;
  readonly info: () => Readonly<Record<string, string>>;
  /** Why the server cannot do its work, or undefined while it can. */
  readonly failure: () => string | undefined;
  /** How many recorded statements are not carried out. */
  readonly skippedCommands: () => number;
  /** Why the Kafka cluster is not there, or undefined while it answers. */
  readonly kafkaFailure: () => string | undefined;
  /** What keeps queries from going on though nothing has failed; undefined while nothing does. */
  readonly standstill: () => string | undefined;
}

/** The body of `/info`: ksqlDB's, and how far the start has come while that goes on. */
export function serverInfo(sources: HealthSources): unknown {
  const { text } = sources.progress;
  const whenHealthy = text === undefined ? 'RUNNING' : 'STARTING';
  const isWell = areCommandsHealthy(sources) && isKafkaHealthy(sources) && sources.standstill() === undefined;
  const whenServing = isWell ? whenHealthy : 'DEGRADED';
  const isEnding = sources.stopping.begun.aborted || sources.progress.termination !== undefined;
  const serverStatus = isEnding ? 'TERMINATING' : whenServing;
  return { KsqlServerInfo: { ...sources.info(), serverStatus, ...startProgress(sources) } };
}

/** Whether statements are taken. */
export function isServing({ progress, stopping }: HealthSources): boolean {
  return progress.isReady && progress.termination === undefined && !stopping.begun.aborted;
}

/** The body of `/healthcheck`: ksqlDB's, and how far the start has come while that goes on. */
export function health(sources: HealthSources): unknown {
  const { isReady, text } = sources.progress;
  const isStopping = sources.stopping.begun.aborted;
  const standstill = sources.standstill();
  const details = {
    metastore: { isHealthy: isReady },
    kafka: { isHealthy: isKafkaHealthy(sources) },
    commandRunner: { isHealthy: isReady && areCommandsHealthy(sources) },
    ...(text === undefined ? {} : { start: { isHealthy: isReady, message: text } }),
    ...(standstill === undefined ? {} : { queries: { isHealthy: false, message: standstill } }),
    ...(isStopping ? { stop: { isHealthy: false, message: 'stopping' } } : {}),
  };
  const isHealthy = Object.values(details).every((detail) => detail.isHealthy);
  const { termination } = sources.progress;
  const whenServing = isReady ? 'READY' : 'INITIALIZING';
  const whenRunning = isStopping || termination === 'begun' ? 'TERMINATING' : whenServing;
  const serverState = termination === 'over' ? 'TERMINATED' : whenRunning;
  return { isHealthy, details, serverState, ...startProgress(sources) };
}

/**
 * Of one query in ERROR the server is well, as in ksqlDB. Where there are several, and none is in another state, it hardly is them.
 * @returns what is told of it; undefined where it is not so.
 */
export function allFailed(queries: readonly Pick<QueryDescription, 'state'>[]): string | undefined {
  const hasFailed = queries.length > 1 && queries.every(({ state }) => state === 'ERROR');
  return hasFailed ? `all ${queries.length} queries are in ERROR: SHOW QUERIES says why` : undefined;
}

const areCommandsHealthy = ({ failure, skippedCommands }: HealthSources): boolean =>
  failure() === undefined && skippedCommands() === 0;

const isKafkaHealthy = ({ kafkaFailure }: HealthSources): boolean => kafkaFailure() === undefined;

function startProgress({ progress: { text } }: HealthSources): { readonly startProgress?: string } {
  return text === undefined ? {} : { startProgress: text };
}
