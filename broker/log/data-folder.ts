import type { Disk, DiskLock, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { PROCESS_LOG_FILE } from '../../src/base/logger.ts';
import { foreign } from './checkpoint-file.ts';
import {
  decodeMetaProperties,
  encodeMetaProperties,
  META_PROPERTIES,
  type MetaProperties,
} from './meta-properties.ts';
import type { SpaceReserve } from './space-reserve.ts';

const LOCK_FILE = '.lock';
const CLEAN_SHUTDOWN_FILE = '.kafka_cleanshutdown';
const UUID_BYTES = 16;

export interface DataFolder {
  readonly lock: DiskLock;
  readonly meta: MetaProperties;
  readonly hadCleanShutdown: boolean;
  /** -1 when unknown. */
  readonly previousBrokerEpoch: number;
}

interface FolderIdentity {
  readonly nodeId: number;
  readonly clusterId?: string;
  readonly newClusterId?: string;
}

/**
 * Locks a data folder and learns whose it is and how it was left; a new one is formatted.
 */
export function openDataFolder(
  environment: Environment,
  directory: string,
  identity: FolderIdentity,
  reserve: SpaceReserve,
): DataFolder {
  const { disk } = environment;
  // The folder itself must not be lost with all that will be acknowledged in it. Where it exists this is asked again
  // only while it has no identity: a predecessor may have ended in between.
  const isNew = !disk.exists(`${directory}/${META_PROPERTIES}`);
  disk.makeDirectory(directory, { durable: isNew });
  const lock = reserve.attempt(() => disk.lock(`${directory}/${LOCK_FILE}`));
  try {
    reserve.check();
    const meta = obtainMeta(environment, directory, identity);
    const marker = readCleanShutdown(disk, directory);
    return { lock, meta, ...marker };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Takes the marker away, once the logs are open: a start that fails on the way leaves it, so that the next one need not
 * scan. The caller replaces a checkpoint afterwards, which makes the removal survive a power loss, too.
 */
export function removeCleanShutdownMarker(disk: Disk, directory: string): void {
  disk.remove(`${directory}/${CLEAN_SHUTDOWN_FILE}`);
}

/** Kafka's marker: JSON with the broker's epoch (KIP-966). */
export function writeCleanShutdownMarker(disk: Disk, directory: string, brokerEpoch: number): void {
  disk.replaceFile(
    `${directory}/${CLEAN_SHUTDOWN_FILE}`,
    Buffer.from(JSON.stringify({ version: 0, brokerEpoch })),
  );
}

function readCleanShutdown(
  disk: Disk,
  directory: string,
): Pick<DataFolder, 'hadCleanShutdown' | 'previousBrokerEpoch'> {
  const path = `${directory}/${CLEAN_SHUTDOWN_FILE}`;
  if (!disk.exists(path)) return { hadCleanShutdown: false, previousBrokerEpoch: -1 };
  return { hadCleanShutdown: true, previousBrokerEpoch: brokerEpochIn(disk.readFile(path).toString('utf8')) };
}

/** That the file is there is what counts; an epoch that cannot be read is only unknown. */
function brokerEpochIn(text: string): number {
  try {
    const content = JSON.parse(text) as { readonly brokerEpoch?: unknown };
    return typeof content.brokerEpoch === 'number' ? content.brokerEpoch : -1;
  } catch {
    return -1;
  }
}

function obtainMeta(environment: Environment, directory: string, identity: FolderIdentity): MetaProperties {
  const { disk } = environment;
  const path = `${directory}/${META_PROPERTIES}`;
  if (!disk.exists(path)) {
    refuseUnknownContent(disk, directory);
    const meta = {
      clusterId: identity.clusterId ?? identity.newClusterId ?? randomUuid(environment),
      nodeId: identity.nodeId,
      directoryId: randomUuid(environment),
    };
    disk.replaceFile(path, encodeMetaProperties(meta));
    return meta;
  }
  const meta = decodeMetaProperties(path, disk.readFile(path).toString('utf8'));
  if (meta.nodeId !== identity.nodeId) {
    throw foreign(path, `the folder belongs to node ${meta.nodeId}, this is node ${identity.nodeId}`);
  }
  if (identity.clusterId !== undefined && meta.clusterId !== identity.clusterId) {
    throw foreign(path, `the folder belongs to cluster ${meta.clusterId}, not to ${identity.clusterId}`);
  }
  return meta;
}

/** A folder that has no identity but has files is somebody else's: a wrong path must not be filled with logs. */
function refuseUnknownContent(disk: Disk, directory: string): void {
  const ours = new Set([`${META_PROPERTIES}.tmp`, PROCESS_LOG_FILE, 'lost+found']);
  const unknown = disk.list(directory).find((name) => !ours.has(name) && !name.startsWith(LOCK_FILE));
  if (unknown !== undefined) {
    throw new OperationalError(
      'FOREIGN_DATA',
      `${directory} has no ${META_PROPERTIES} but is not empty (there is "${unknown}"); choose an empty folder or a data folder`,
      { retriable: false },
    );
  }
}

function randomUuid({ random }: Environment): string {
  return Buffer.from(random.bytes(UUID_BYTES)).toString('base64url');
}
