/**
 * Preloaded in each process and each of its threads: a worker thread loads the sources by itself, past the plugin of
 * vitest.config.ts, and would run them without the bug. No module of ECMAScript, which a thread of a text does not preload.
 */
const { register } = require('node:module');
const { pathToFileURL } = require('node:url');

register('./planting-hook.mjs', pathToFileURL(__filename), { data: JSON.parse(process.env.PLANTED_BUG) });
