/** Module hooks (node:module, `register`) that plant a bug in one file, where Node itself loads it. */

const MARK = '\n// with a planted bug';
let planted = { url: '', find: '', replace: '' };

export function initialize(data) {
  planted = data;
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  if (url.split('?')[0] !== planted.url) return loaded;
  const source = Buffer.from(loaded.source).toString();
  // The hooks of a process are those of its threads, too, which register them once more.
  if (source.endsWith(MARK)) return loaded;
  return { ...loaded, source: source.replace(planted.find, () => planted.replace) + MARK };
}
