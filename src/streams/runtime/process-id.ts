import { isObject } from '../../base/argument-checks.ts';
import { childPath } from '../../base/child-path.ts';
import type { Environment } from '../../base/environment.ts';

const FILE = 'process-id.json';
const VERSION = 1;
const ID_BYTES = 16;

/** The process that a processing loop is of, which its transactions are named by. */
export interface ProcessIdentity {
  id(): string;
  /**
   * Another process goes on under an id: this one has another from now on, also in its next life, unless it has one already.
   * @param used under which it was fenced.
   */
  renew(used: string): void;
}

/** The identity that is kept in a folder. */
export function processIdentityIn(
  environment: Pick<Environment, 'disk' | 'random'>,
  folder: string,
): ProcessIdentity {
  return {
    id: () => processIdOf(environment, folder),
    renew: (used) => {
      if (processIdOf(environment, folder) === used) writeNew(environment, folder);
    },
  };
}

/**
 * The id of the process whose state lies in a folder: kept there, so that the group knows it again after a restart. As the
 * process id of Kafka Streams: sixteen bytes, in 22 characters of base64url.
 */
function processIdOf(environment: Pick<Environment, 'disk' | 'random'>, folder: string): string {
  const { disk } = environment;
  const path = childPath(folder, FILE);
  const known = disk.exists(path) ? idIn(disk.readFile(path)) : undefined;
  return known ?? writeNew(environment, folder);
}

/** An id that no process has. */
export function newProcessId({ random }: Pick<Environment, 'random'>): string {
  return Buffer.from(random.bytes(ID_BYTES)).toString('base64url');
}

function writeNew(environment: Pick<Environment, 'disk' | 'random'>, folder: string): string {
  const { disk } = environment;
  const processId = newProcessId(environment);
  disk.makeDirectory(folder);
  // Without a sync, which each start of each query would feel.
  const content = JSON.stringify({ version: VERSION, processId });
  disk.writeFile(childPath(folder, FILE), Buffer.from(content));
  return processId;
}

/** Undefined for what a crash has left: another id costs one assignment that knows nothing of the state. */
function idIn(content: Buffer): string | undefined {
  let read: unknown;
  try {
    read = JSON.parse(content.toString());
  } catch {
    return undefined;
  }
  if (!isObject(read) || !('processId' in read)) return undefined;
  const { processId } = read;
  return typeof processId === 'string' && /^[\w-]{22}$/.test(processId) ? processId : undefined;
}
