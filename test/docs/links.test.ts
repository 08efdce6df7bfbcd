import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const docs = path.join(root, 'docs');

/** The targets of a page's links to files, and the fragments of links to a heading. */
function linksOf(page: string): { readonly file: string; readonly heading: string | undefined }[] {
  const text = readFileSync(page, 'utf8').replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)/g)].map(
    ([, target = '', heading]) => ({
      file: target === '' ? page : path.resolve(path.dirname(page), target),
      heading,
    }),
  );
}

/** A heading as GitHub makes a fragment of it. */
const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const headingsOf = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));

const pages = [
  path.join(root, 'README.md'),
  ...readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => path.join(docs, file)),
];

it('docs/README.md links every guide', () => {
  const linked = linksOf(path.join(docs, 'README.md')).map(({ file }) => file);
  const guides = readdirSync(path.join(docs, 'guides')).map((file) => path.join(docs, 'guides', file));
  expect(guides.filter((guide) => !linked.includes(guide))).toEqual([]);
});

it('no link of the documentation leads nowhere', () => {
  const dead = pages.flatMap((page) =>
    linksOf(page)
      .filter(
        ({ file, heading }) =>
          !existsSync(file) || (heading !== undefined && !headingsOf(file).includes(heading)),
      )
      .map(
        ({ file, heading }) => `${path.relative(root, page)}: ${path.relative(root, file)}#${heading ?? ''}`,
      ),
  );
  expect(dead).toEqual([]);
});
