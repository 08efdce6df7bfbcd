// `npm start`: install and build what is missing, then the demo on real data.
import path from 'node:path';
import { become, build, install, requireNode, root } from './prepare.mjs';

requireNode();
install();
build();
become(process.execPath, [path.join(root, 'dist', 'cli', 'main.js'), 'demo', ...process.argv.slice(2)]);
