import { build } from '../../scripts/prepare.mjs';

/**
 * Imported by whatever runs the build: compiles what is newer than dist/ first, so that no test runs a stale one. Tests that
 * run the sources only do not wait for it.
 */
if (!(await build())) console.warn('the build has errors; tests of processes run what it wrote nevertheless');
