import type { Disk } from './environment.ts';

/**
 * Writes a file off the event loop, to be renamed to the one that it is to replace; resolves when its content survives a
 * power loss. What a crash left there is written over.
 */
export async function writeAside(disk: Disk, path: string, chunks: readonly Buffer[]): Promise<void> {
  const file = disk.open(path, 'create');
  try {
    file.truncate(0);
    file.write(chunks, 0);
    await file.sync();
  } finally {
    file.close();
  }
}
