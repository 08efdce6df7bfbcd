import { OperationalError } from './errors.ts';

/**
 * Returns the path of an entry of a folder. For names that come from outside and whose path is made, or deleted: one
 * with a separator in it, or `..`, would lead to somebody else's files.
 * @throws {OperationalError} `OUTSIDE_FOLDER` for a name that is not the name of an entry.
 */
export function childPath(folder: string, name: string): string {
  // A backslash separates on Windows.
  if (name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name)) {
    const message = `${JSON.stringify(name)} is not the name of a file in ${folder}`;
    throw new OperationalError('OUTSIDE_FOLDER', message, { retriable: false });
  }
  return `${folder}/${name}`;
}
