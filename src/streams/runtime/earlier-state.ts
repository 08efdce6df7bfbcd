import type { Environment } from '../../base/environment.ts';
import { childPath } from '../../base/child-path.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { StateDirectory } from './state-directory.ts';

/** RocksDB's memory while a database is read that will not be written again. */
const BLOCK_CACHE_BYTES = 1 << 20;
const WRITE_BUFFER_BYTES = 1 << 20;
/** Behind the name of a folder whose state is elsewhere, until it is removed. */
const COPIED = '-copied';

interface Application {
  /** The folder that those of applications lie in. */
  readonly root: string;
  readonly applicationId: string;
  readonly logger: Logger;
}

/** The folder of one of the threads of an application, the first of them 1. */
export function threadFolderName(number: number): string {
  return `thread-${number}`;
}

/**
 * Brings what an application has had in a database of its own into the one that it shares with others, and removes that. Each
 * thread of several has that of the thread of its number, from 1, which is the only one of an application without threads. A
 * crash leaves the old database to be copied once more, until it bears another name.
 * @throws {OperationalError} `LOCKED` when another process has the folder.
 */
export async function copyEarlierState(
  environment: Environment,
  { thread = 1, ...application }: Application & { readonly thread?: number | undefined },
  into: StateDirectory,
): Promise<void> {
  const { applicationId, logger } = application;
  const isThere = await takeFolder(
    environment,
    { ...application, name: threadFolderName(thread) },
    (earlier) => into.copyFrom(earlier),
  );
  if (isThere)
    logger.info('the local state of an application is in the common database now', { applicationId });
}

/**
 * Brings what threads have left that the process had in an earlier life into the database of one that it has: their tasks, as far
 * as they are further than what lies there, and their members, whose group nobody else would tell that they are gone. Then their
 * folders are removed. Where one cannot be read it stays, and is tried at the next start.
 * @param threads how many there are now.
 */
export async function takeFormerThreads(
  environment: Environment,
  { threads, ...application }: Application & { readonly threads: number },
  into: StateDirectory,
): Promise<void> {
  const { disk } = environment;
  const { root, applicationId, logger } = application;
  const folder = childPath(root, applicationId);
  if (!disk.isDirectory(folder)) return;
  const numbers = disk.list(folder).map((name) => Number(/^thread-(\d+)(?:-copied)?$/.exec(name)?.[1] ?? 0));
  for (const number of new Set(numbers.filter((each) => each > threads))) {
    const name = threadFolderName(number);
    try {
      const isThere = await takeFolder(environment, { ...application, name }, (former) =>
        into.takeOver(former),
      );
      if (isThere)
        logger.info('the local state of a thread that is no more is taken over', { applicationId, name });
    } catch (error) {
      logger.warn('the local state of a thread that is no more cannot be taken over', {
        ...{ applicationId, name, error: messageOf(error) },
      });
    }
  }
}

/** Removes the folder of a thread when what is in it is copied; answers whether there was one. */
async function takeFolder(
  environment: Environment,
  { root, applicationId, logger, name }: Application & { readonly name: string },
  copy: (earlier: StateDirectory) => Promise<void>,
): Promise<boolean> {
  const { disk } = environment;
  const folder = childPath(root, applicationId);
  const thread = childPath(folder, name);
  const copied = thread + COPIED;
  const isThere = disk.exists(thread) && disk.isDirectory(thread);
  if (isThere) {
    const earlier = StateDirectory.take(environment, {
      ...{ root, applicationId, logger, folders: [applicationId, name] },
      blockCacheBytes: BLOCK_CACHE_BYTES,
      writeBufferBytes: WRITE_BUFFER_BYTES,
    });
    try {
      await earlier.open();
      await copy(earlier);
    } finally {
      await earlier.close();
    }
    disk.rename(thread, copied);
  }
  if (disk.exists(copied)) await disk.removeDirectoryInBackground(copied);
  return isThere;
}
