import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DiagnosticError, OperationalError } from '../../src/base/errors.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';

const LAYOUT_FILE = 'cluster.json';
/** What tells the data folder of a broker. */
const META_PROPERTIES = 'meta.properties';
const LAYOUT_VERSION = 1;

/** What `start --cluster` has to keep from one start to the next: brokers remember each other by these ports. */
export interface ClusterLayout {
  readonly version: number;
  readonly controllerPorts: readonly number[];
}

export const brokerFolder = (data: string, id: number): string => path.join(data, `broker-${id}`);

/**
 * The layout of the cluster in a data folder; of a new one it is decided and written down.
 * @throws {DiagnosticError} when the folder holds a single broker, or a cluster of another size.
 */
export async function openLayout(data: string, size: number): Promise<ClusterLayout> {
  if (existsSync(path.join(data, META_PROPERTIES))) {
    throw new DiagnosticError({
      message: `${data} holds a single broker, not a cluster`,
      hint: 'start it without --cluster, or choose another folder with --data',
    });
  }
  const present = brokersIn(data);
  if (present !== 0 && present !== size) {
    throw new DiagnosticError({
      message: `${data} holds a cluster of ${present} brokers, not of ${size}`,
      hint: `start it with --cluster ${present}, or choose another folder with --data`,
    });
  }
  const file = path.join(data, LAYOUT_FILE);
  if (existsSync(file)) return readLayout(file, size);
  const layout = { version: LAYOUT_VERSION, controllerPorts: await freePorts(size) };
  nodeEnvironment.disk.makeDirectory(data);
  nodeEnvironment.disk.replaceFile(file, Buffer.from(`${JSON.stringify(layout)}\n`));
  return layout;
}

/** @throws {DiagnosticError} when the data folder holds a cluster: a single broker is not to be put beside it. */
export function refuseClusterFolder(data: string): void {
  const size = brokersIn(data);
  if (size === 0) return;
  throw new DiagnosticError({
    message: `${data} holds a cluster of ${size} brokers, not a single one`,
    hint: `start it with --cluster ${size}, or choose another folder with --data`,
  });
}

/** How many brokers of a cluster have a folder here, by what was decided first, or by the folders themselves. */
function brokersIn(data: string): number {
  const file = path.join(data, LAYOUT_FILE);
  if (existsSync(file)) return readLayout(file).controllerPorts.length;
  const isBroker = (name: string): boolean =>
    /^broker-[1-9]$/.test(name) && existsSync(path.join(data, name, META_PROPERTIES));
  try {
    return readdirSync(data).filter(isBroker).length;
  } catch {
    // What is missing is made, and what is no folder is refused, by whoever writes here first.
    return 0;
  }
}

function readLayout(file: string, size?: number): ClusterLayout {
  let layout: Partial<ClusterLayout>;
  try {
    layout = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw broken(file, 'it is no JSON');
  }
  const { version = 0, controllerPorts } = layout;
  if (version > LAYOUT_VERSION) throw broken(file, `it has version ${version}, from a newer Millrace`);
  const arePorts = Array.isArray(controllerPorts) && controllerPorts.every((port) => Number.isInteger(port));
  if (!arePorts || (size !== undefined && controllerPorts.length !== size))
    throw broken(file, 'it does not list the controllers');
  return { version, controllerPorts };
}

function broken(file: string, why: string): OperationalError {
  return new OperationalError('BROKEN_LAYOUT', `${file} cannot be read: ${why}`, { retriable: false });
}
