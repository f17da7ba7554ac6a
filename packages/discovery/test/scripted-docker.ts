import type { ScriptedHttp } from './scripted-http.ts';

/** A container as a daemon lists it; what is left out is that of a plain container in a bridge. */
export interface ScriptedContainer {
  readonly Id: string;
  readonly Names?: readonly string[] | null;
  readonly Image?: string;
  readonly ImageID?: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Ports?: readonly Readonly<Record<string, string | number>>[];
  readonly HostConfig?: { readonly NetworkMode: string };
  readonly NetworkSettings?: { readonly Networks: Readonly<Record<string, Readonly<Record<string, string>> | null>> | null };
}

/** A container that exposes `ip:port` by TCP. */
export function containerAt(address: string): ScriptedContainer {
  const [ip = '', port = ''] = address.split(':');
  return {
    Id: `id-${address}`,
    Names: [`/${address}`],
    Ports: [{ Type: 'tcp', PrivatePort: Number(port) }],
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: { bridge: { NetworkID: 'n1', IPAddress: ip } } },
  };
}

/** What a daemon at a URL answers from now on. */
export function showContainers(http: ScriptedHttp, url: string, containers: readonly ScriptedContainer[]): void {
  const networks = [{ Id: 'n1', Name: 'bridge', Scope: 'local', Internal: false, Ingress: false, Labels: {} }];
  http.answers.set(`${url}/_ping`, { text: 'OK', contentType: 'text/plain', headers: { 'api-version': '1.47' } });
  http.answers.set(`${url}/v1.47/containers/json`, { text: JSON.stringify(containers), delayMs: 20 });
  http.answers.set(`${url}/v1.47/networks`, { text: JSON.stringify(networks) });
}
