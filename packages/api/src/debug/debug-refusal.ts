/** What is known about who asks. */
export interface DebugRequest {
  readonly request: Pick<Request, 'url' | 'headers'>;
  /** Address of the peer of the connection. */
  readonly remoteAddress: string | undefined;
  readonly isRemoteAllowed: boolean;
  /** Host names of this agent, beside `localhost` and addresses. */
  readonly ownNames: readonly string[];
}

/** Headers that a proxy adds: the request comes from somewhere else, whatever the peer of the connection is. */
const PROXY_HEADERS = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];
const LOOPBACK_ADDRESS = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/;
/** Cannot be pointed elsewhere by whoever owns a name. */
const ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Why a request may not use the debug endpoints, or undefined where it may. A heap snapshot holds every secret of the
 * process, and a page of another site that is open in a browser of this machine can ask for anything here: it is told
 * by what browsers say of it, and by its host name where that was pointed at this machine.
 */
export function debugRefusal({ request, remoteAddress, isRemoteAllowed, ownNames }: DebugRequest): string | undefined {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'none' && site !== 'same-origin') return 'Debug endpoints are not for pages of other sites.';
  const { hostname } = new URL(request.url);
  if (isRemoteAllowed) {
    const isOwn = ADDRESS.test(hostname) || hostname === 'localhost' || ownNames.includes(hostname);
    return isOwn ? undefined : 'The host name is not one of this agent.';
  }
  const isLocal =
    LOOPBACK_ADDRESS.test(remoteAddress ?? '') && LOOPBACK_HOST.test(hostname) && PROXY_HEADERS.every((name) => !request.headers.has(name));
  return isLocal ? undefined : 'Debug endpoints are for this machine only, by a loopback address; --web.debug.allow-remote opens them.';
}
