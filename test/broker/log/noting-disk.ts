import type { Disk, Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';

export interface DiskCall {
  readonly call: string;
  readonly path: string;
}

/** The real disk, which notes its calls. */
export function notingDisk(): { readonly environment: Environment; readonly notes: DiskCall[] } {
  const notes: DiskCall[] = [];
  const disk = new Proxy(nodeEnvironment.disk, {
    get(target, name: keyof Disk) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return (...parameters: never[]) => {
        notes.push({ call: name, path: String(parameters[0]) });
        return (member as (...all: never[]) => unknown)(...parameters);
      };
    },
  });
  return { environment: { ...nodeEnvironment, disk }, notes };
}
