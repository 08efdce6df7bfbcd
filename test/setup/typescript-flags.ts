import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { features } = process;
const tsx = path.resolve(import.meta.dirname, '../../node_modules/tsx/dist/loader.mjs');
const stripsTypes = 'typescript' in features && features.typescript !== false;

/**
 * What a process that a test starts needs for running TypeScript of this project: a loader before Node 22.18, which has to read and
 * transform hundreds of modules, as the folder for temporary files, where it would find them done, is a new one for each file of tests.
 */
export const typescriptFlags: readonly string[] = stripsTypes ? [] : ['--import', pathToFileURL(tsx).href];
