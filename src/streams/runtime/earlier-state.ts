import { childPath } from '../../base/child-path.ts';
import type { Environment } from '../../base/environment.ts';
import type { Logger } from '../../base/logger.ts';
import { StateDirectory } from './state-directory.ts';

/** RocksDB's memory while a database is read that will not be written again. */
const BLOCK_CACHE_BYTES = 1 << 20;
const WRITE_BUFFER_BYTES = 1 << 20;
/** The folder of an application's processing thread in that of the application. */
export const THREAD_FOLDER = 'thread-1';
const COPIED_FOLDER = 'thread-1-copied';

/**
 * Brings what an application has had in a database of its own into the one that it shares with others, and removes that. A
 * crash leaves the old database to be copied once more, until it bears another name.
 * @throws {OperationalError} `LOCKED` when another process has the folder.
 */
export async function copyEarlierState(
  environment: Environment,
  options: { readonly root: string; readonly applicationId: string; readonly logger: Logger },
  into: StateDirectory,
): Promise<void> {
  const { disk } = environment;
  const { root, applicationId, logger } = options;
  const folder = childPath(root, applicationId);
  const thread = `${folder}/${THREAD_FOLDER}`;
  const copied = `${folder}/${COPIED_FOLDER}`;
  if (disk.exists(thread) && disk.isDirectory(thread)) {
    const earlier = StateDirectory.take(environment, {
      ...options,
      folders: [applicationId, THREAD_FOLDER],
      blockCacheBytes: BLOCK_CACHE_BYTES,
      writeBufferBytes: WRITE_BUFFER_BYTES,
    });
    try {
      await earlier.open();
      await into.copyFrom(earlier);
    } finally {
      await earlier.close();
    }
    logger.info('the local state of an application is in the common database now', { applicationId });
    disk.rename(thread, copied);
  }
  if (disk.exists(copied)) await disk.removeDirectoryInBackground(copied);
}
