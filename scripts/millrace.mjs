// `npm run millrace -- ARGS`: the command of this clone, installed and built first where that is missing.
import path from 'node:path';
import { become, build, install, requireNode, root } from './prepare.mjs';

requireNode();
install();
build();
become(process.execPath, [path.join(root, 'dist', 'cli', 'main.js'), ...process.argv.slice(2)]);
