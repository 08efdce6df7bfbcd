import { childPath } from '../../base/child-path.ts';
import { CacheBudget } from '../state/cache-budget.ts';
import type { OpenEngine } from './database-folder.ts';
import { copyEarlierState, takeFormerThreads, threadFolderName } from './earlier-state.ts';
import { StateDirectory } from './state-directory.ts';
import type { StreamsAppSettings } from './streams-app-options.ts';
import type { StreamsHost } from './streams-host.ts';
import type { ThreadPlace } from './thread-place.ts';

/** The cache is the uncommitted overlay, too, which there has to be some room for. */
const CACHE_BYTES_MIN = 1 << 20;
/** What RocksDB gathers in memory before it writes a table, for an application that has a database of its own. */
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;

/**
 * The local state of an application: its part of the database of the host, or a database of its own in its folder.
 * @throws {OperationalError} `LOCKED` where another process has the folder.
 */
export function localState(
  settings: StreamsAppSettings,
  {
    host,
    place,
    openEngine,
  }: {
    readonly host: StreamsHost | undefined;
    readonly place?: ThreadPlace | undefined;
    readonly openEngine?: OpenEngine | undefined;
  },
): StateDirectory {
  const { environment, stateDir: root, applicationId, blockCacheBytes, logger } = settings;
  if (host !== undefined) return new StateDirectory(host.database, { applicationId, isOwner: false });
  return StateDirectory.take(environment, {
    applicationId,
    root,
    folders: [applicationId, threadFolderName(place?.number ?? 1)],
    blockCacheBytes,
    writeBufferBytes: WRITE_BUFFER_BYTES,
    logger,
    openEngine,
  });
}

/**
 * The folder that says which process it is: members that have their state in one database are of one. Each thread of a process
 * has a database, so to the group each of them is a process; the first is the one that has run without others before.
 */
export function processFolderOf(
  { stateDir, applicationId }: Pick<StreamsAppSettings, 'stateDir' | 'applicationId'>,
  { host, place }: { readonly host: StreamsHost | undefined; readonly place?: ThreadPlace | undefined },
): string {
  if (host !== undefined) return host.stateDir;
  const folder = childPath(stateDir, applicationId);
  return place === undefined || place.number === 1
    ? folder
    : childPath(folder, threadFolderName(place.number));
}

/**
 * Opens it, with what the application may have had in a database of its own before it had a host, and what threads have left that
 * it has no more. Of several threads the first takes that: the group gives it tasks whose state it has, as far as its share goes.
 */
export async function openLocalState(
  state: StateDirectory,
  settings: StreamsAppSettings,
  { host, place }: { readonly host: StreamsHost | undefined; readonly place?: ThreadPlace | undefined },
): Promise<void> {
  const { environment, stateDir: root, applicationId, logger } = settings;
  const application = { root, applicationId, logger };
  await state.open();
  if (host !== undefined)
    await copyEarlierState(environment, { ...application, thread: place?.number }, state);
  else if (place === undefined || place.number === 1)
    await takeFormerThreads(environment, { ...application, threads: place?.count ?? 1 }, state);
}

/** The memory of the caches of an application's stores. */
export function cacheBudget(
  { cacheBytesMax }: Pick<StreamsAppSettings, 'cacheBytesMax'>,
  host: StreamsHost | undefined,
): CacheBudget {
  return new CacheBudget(Math.max(cacheBytesMax, CACHE_BYTES_MIN), host?.cachePool);
}
