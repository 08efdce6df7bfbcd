import { fileURLToPath } from 'node:url';

/**
 * How a user of this copy of the package runs its command, for texts that print one: by npx where it was installed, by the
 * script of package.json in a clone, which npx knows nothing of.
 */
export function commandName(file: string = fileURLToPath(import.meta.url)): string {
  const installed = file.split(/[\\/]/).includes('node_modules');
  return installed ? 'npx millrace' : 'npm run --silent millrace --';
}
