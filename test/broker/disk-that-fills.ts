import type { Disk, DiskFile, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';

/** The real disk, on which files of one topic can be made to find no space. */
export function diskThatFills(topic: string): { environment: Environment; setFull: (full: boolean) => void } {
  let full = false;
  const real = nodeEnvironment.disk;
  const disk: Disk = {
    ...real,
    open: (path, mode) => (path.includes(topic) ? failing(real.open(path, mode)) : real.open(path, mode)),
    replaceFile(path, content) {
      if (full && path.includes(topic)) throw noSpace(path);
      real.replaceFile(path, content);
    },
  };
  const noSpace = (path: string): OperationalError =>
    new OperationalError('DISK_FULL', `no space left to write ${path}`, { retriable: true });
  function failing(file: DiskFile): DiskFile {
    return {
      path: file.path,
      size: () => file.size(),
      read: (target, offset, length, position) => file.read(target, offset, length, position),
      write(chunks, position) {
        if (full) {
          // A full disk takes some of it first.
          file.write([(chunks[0] ?? Buffer.alloc(0)).subarray(0, 20)], position);
          throw noSpace(file.path);
        }
        file.write(chunks, position);
      },
      truncate: (size) => file.truncate(size),
      sync: () => file.sync(),
      close: () => file.close(),
    };
  }
  return {
    environment: { ...nodeEnvironment, disk },
    setFull: (value) => {
      full = value;
    },
  };
}
