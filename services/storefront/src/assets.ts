import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname } from 'node:path';

export type Asset = { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> };

const mediaTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

/**
 * The files of a folder by request path. Every file but `index.html` gets a name with a hash of its content, so
 * that caches may keep it for ever; the page names them and is never kept.
 */
export async function readAssets(folder: URL): Promise<ReadonlyMap<string, Asset>> {
  const names = (await readdir(folder)).toSorted();
  const assets = new Map<string, Asset>();
  let page = await readFile(new URL('index.html', folder), 'utf8');
  for (const name of names.filter((candidate) => candidate !== 'index.html')) {
    const body = await readFile(new URL(name, folder));
    const path = `/assets/${toHashedName(name, body)}`;
    page = page.replaceAll(`/assets/${name}`, path);
    assets.set(path, toAsset(name, body, { 'cache-control': 'public, max-age=31536000, immutable' }));
  }
  const index = toAsset('index.html', Buffer.from(page), pageHeaders);
  return assets.set('/', index).set('/index.html', index);
}

function toHashedName(name: string, body: Buffer): string {
  const extension = extname(name);
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return `${name.slice(0, name.length - extension.length)}.${hash}${extension}`;
}

function toAsset(name: string, body: Buffer, headers: Readonly<Record<string, string>>): Asset {
  const mediaType = mediaTypes[extname(name)] ?? 'application/octet-stream';
  return {
    body,
    headers: {
      'content-type': mediaType,
      'content-length': String(body.byteLength),
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  };
}
