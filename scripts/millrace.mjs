// `npm run millrace -- ARGS`: the command of this clone, installed and built first where that is missing.
import path from 'node:path';
import { become, prepare, root } from './prepare.mjs';

await prepare();
become(process.execPath, [path.join(root, 'dist', 'cli', 'main.js'), ...process.argv.slice(2)]);
