import { Resolver } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import type { DnsRecordType } from '@limpet/config';
import { failed, succeeded } from '@limpet/model';
import type { DnsAnswer, DnsLookup, DnsQuestion, DnsRecord } from './dns-lookup.ts';

/** A `resolv.conf` larger than this many bytes is refused. */
export const RESOLV_CONF_BYTES_MAX = 64 * 1024;
/** Milliseconds that a server has for an answer; a second time as long if the answer has to be fetched by TCP. */
export const ASK_MS_MAX = 2_000;

/** Where the machine's own DNS is, for those whose is elsewhere. */
export interface LiveDnsOptions {
  /** `/etc/resolv.conf` by default. */
  readonly resolvConfPath?: string;
  /** Port of every server, 53 by default. */
  readonly port?: number;
  /** Milliseconds that a server has for an answer, `ASK_MS_MAX` by default. */
  readonly askTimeoutMs?: number;
}

/**
 * The servers of this machine. Each question goes out once, by UDP and, if that answer is truncated, by TCP. A resolver
 * is made for each question: it can be cancelled alone, and keeps neither answers nor timings from one to the next.
 */
export function liveDns({ resolvConfPath = '/etc/resolv.conf', port = 53, askTimeoutMs = ASK_MS_MAX }: LiveDnsOptions = {}): DnsLookup {
  return {
    resolvConf: () =>
      readLimited(resolvConfPath).then(succeeded, (error: unknown) =>
        failed({ message: error instanceof Error ? error.message : String(error) }),
      ),
    ask: (question) => ask(question, port, askTimeoutMs),
  };
}

async function readLimited(path: string): Promise<string> {
  const file = await open(path);
  try {
    const buffer = Buffer.alloc(RESOLV_CONF_BYTES_MAX + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > RESOLV_CONF_BYTES_MAX) throw new Error(`${path} is larger than ${RESOLV_CONF_BYTES_MAX} bytes`);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Node's code for a question that was cancelled. */
const CANCELLED = 'ECANCELLED';

async function ask({ server, name, type, signal }: DnsQuestion, port: number, timeoutMs: number): Promise<DnsAnswer> {
  if (signal.aborted) return { outcome: 'failed', error: CANCELLED };
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  const cancel = (): void => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    resolver.setServers([server.includes(':') ? `[${server}]:${port}` : `${server}:${port}`]);
    return { outcome: 'records', records: await QUERIES[type](resolver, name) };
  } catch (error) {
    return answerOf(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

const QUERIES: Readonly<Record<DnsRecordType, (resolver: Resolver, name: string) => Promise<readonly DnsRecord[]>>> = {
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(({ name: host, port }) => ({ type: 'SRV', host: rooted(host), port })),
  MX: async (resolver, name) => (await resolver.resolveMx(name)).map(({ exchange }) => ({ type: 'MX', host: rooted(exchange) })),
  NS: async (resolver, name) => (await resolver.resolveNs(name)).map((host) => ({ type: 'NS', host: rooted(host) })),
  A: async (resolver, name) => (await resolver.resolve4(name)).map((address) => ({ type: 'A', address })),
  AAAA: async (resolver, name) => (await resolver.resolve6(name)).map((address) => ({ type: 'AAAA', address: unmapped(address) })),
};

/** Node cuts the final dot off, which upstream keeps. The root itself becomes the empty text there. */
function rooted(host: string): string {
  return `${host}.`;
}

/** An IPv4 address within IPv6 is written as IPv4, as Go does. */
function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function answerOf(error: unknown): DnsAnswer {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENODATA') return { outcome: 'records', records: [] };
  if (code === 'ENOTFOUND') return { outcome: 'noSuchName' };
  return { outcome: 'failed', error: code };
}
