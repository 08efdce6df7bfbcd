import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version of the package that this file belongs to, whether it runs from source or from `dist`. */
export function version(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    try {
      const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === 'millrace') return manifest.version ?? '0.0.0';
    } catch {
      // No package.json here: look one folder up.
    }
    if (folder === path.dirname(folder)) return '0.0.0';
  }
}
