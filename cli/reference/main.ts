import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { renderReference } from './pages.ts';

/** `npm run docs`: writes docs/reference anew. */
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: main.js FOLDER');
mkdirSync(folder, { recursive: true });
const pages = await renderReference();
for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(path.join(folder, file));
for (const [file, text] of pages) writeFileSync(path.join(folder, file), text);
console.log(`wrote ${pages.size} pages to ${folder}`);
