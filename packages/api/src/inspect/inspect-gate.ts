import type { Context, Next } from 'hono';
import type { ApiOptions } from '../api-options.ts';
import type { ApiBindings } from '../instrument.ts';
import type { InspectOptions } from './inspect-options.ts';

type Gated = Pick<ApiOptions, 'externalUrl' | 'host'> & { readonly inspect: InspectOptions };

/**
 * Who may watch: this machine, and others where that is allowed; no page of another site. A name that is not ours in
 * `Host` is refused, too: a site could point its own name here and so pass for us (DNS rebinding).
 */
export function inspectGate(options: Gated): (context: Context, next: Next) => Promise<Response | undefined> {
  return async (context, next) => {
    const { peerAddress = '' } = (context.env ?? {}) as ApiBindings;
    const refusal = refusalOf(options, { peerAddress, header: (name) => context.req.header(name) });
    if (refusal !== undefined) return context.text(`${refusal}\n`, 403);
    context.header('Cache-Control', 'no-store');
    await next();
    return undefined;
  };
}

interface Asked {
  readonly peerAddress: string;
  readonly header: (name: string) => string | undefined;
}

function refusalOf({ inspect, externalUrl, host }: Gated, { peerAddress, header }: Asked): string | undefined {
  const isForwarded = header('forwarded') !== undefined || header('x-forwarded-for') !== undefined;
  if (!inspect.isRemoteAllowed && (isForwarded || !isLoopback(peerAddress))) {
    return 'only this machine may inspect; --inspect.allow-remote lets others in';
  }
  const named = hostOf(`http://${header('host') ?? ''}`);
  const isOwnName =
    named !== undefined && (isAddress(named.hostname) || [externalUrl.hostname, host.hostName, 'localhost'].includes(named.hostname));
  if (!isOwnName) return 'the host name is not one of this agent';
  const origin = header('origin');
  if (origin === undefined) return undefined;
  const from = hostOf(origin);
  return from !== undefined && (from.host === named.host || from.origin === externalUrl.origin)
    ? undefined
    : 'pages of other sites may not inspect';
}

/** `::ffff:127.0.0.1` is how a socket that takes both families writes it. */
function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || /^127(?:\.\d{1,3}){3}$/.test(plain);
}

/** An address cannot be pointed elsewhere. */
function isAddress(hostname: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname) || hostname.startsWith('[');
}

function hostOf(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}
