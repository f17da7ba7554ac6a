import { promisify } from 'node:util';
import { deflate, gzip, zstdCompress } from 'node:zlib';
import type { Context, Next } from 'hono';

/** Encodings of answers, with what makes them; `deflate` is zlib's format. */
const COMPRESS = { gzip: promisify(gzip), deflate: promisify(deflate), zstd: promisify(zstdCompress) } as const;
type Encoding = keyof typeof COMPRESS;

/** Compresses the answers of the API as upstream does: by the first word that is one of two, and nothing but it. */
export async function apiCompression(context: Context, next: Next): Promise<void> {
  await next();
  context.header('Vary', 'Accept-Encoding', { append: true });
  const words = (context.req.header('accept-encoding') ?? '').split(',').map((word) => word.trim());
  const encoding = words.find((word) => word === 'gzip' || word === 'deflate');
  if (encoding !== undefined) await encode(context, encoding);
}

/** Compresses the exposition by what the client likes best, weights heeded. */
export async function metricsCompression(context: Context, next: Next): Promise<void> {
  await next();
  context.header('Vary', 'Accept-Encoding', { append: true });
  const encoding = preferredEncoding(context.req.header('accept-encoding') ?? '');
  if (encoding !== 'identity') await encode(context, encoding);
}

const OFFERS = ['identity', 'gzip', 'zstd'] as const;

/** The offer with the greatest weight; of equals the earlier, so that `*` asks for no compression. */
export function preferredEncoding(acceptEncoding: string): (typeof OFFERS)[number] {
  let best: (typeof OFFERS)[number] = 'identity';
  let bestWeight = 0;
  const wishes = acceptEncoding.split(',').map(wishOf);
  for (const offer of OFFERS) {
    for (const { name, weight } of wishes) {
      if ((name === offer || name === '*') && weight > bestWeight) [best, bestWeight] = [offer, weight];
    }
  }
  return best;
}

function wishOf(text: string): { readonly name: string; readonly weight: number } {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const q = parameters.find((parameter) => parameter.startsWith('q='));
  const weight = q === undefined ? 1 : Number(q.slice('q='.length));
  return { name, weight: weight >= 0 && weight <= 1 ? weight : 0 };
}

async function encode(context: Context, encoding: Encoding): Promise<void> {
  const { res } = context;
  if (res.body === null || res.headers.has('content-encoding')) return;
  const bytes = await COMPRESS[encoding](new Uint8Array(await res.arrayBuffer()));
  const headers = new Headers(res.headers);
  headers.set('Content-Encoding', encoding);
  headers.delete('Content-Length');
  context.res = undefined;
  context.res = new Response(new Uint8Array(bytes), { status: res.status, headers });
}
