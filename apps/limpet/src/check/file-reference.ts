import { sectionField } from '@limpet/config';
import type { Config, ConfigStep, HttpClientConfig, ScrapeConfig, TextSource, TlsConfig } from '@limpet/config';

/** A file that a configuration names and that is read only when a request is made. */
export interface FileReference {
  readonly path: string;
  /** What the file is, in the words of an error. */
  readonly what: string;
  /** The way to the field that names it. */
  readonly steps: readonly ConfigStep[];
}

type Steps = readonly ConfigStep[];

/** The way to a job, whatever file it is in. */
export function jobSteps(jobName: string): Steps {
  return ['scrape_configs', { field: 'job_name', value: jobName }];
}

/** Every file that the HTTP clients of a configuration read: credentials, certificates, keys, headers. */
export function fileReferences(config: Config): readonly FileReference[] {
  const jobs = config.scrapeConfigs.flatMap((job) => {
    const steps = jobSteps(job.jobName);
    return [...clientReferences(job.httpClient, steps), ...discoveryReferences(job, steps)];
  });
  const remotes = config.remoteWrite.flatMap(({ httpClient }, index) => clientReferences(httpClient, ['remote_write', index]));
  return [...jobs, ...remotes];
}

/** Sections count within their own field. */
function discoveryReferences({ serviceDiscovery }: ScrapeConfig, steps: Steps): readonly FileReference[] {
  const sections = Map.groupBy(serviceDiscovery, sectionField);
  return [...sections].flatMap(([field, ofField]) =>
    ofField.flatMap((sd, index) => {
      const section = [...steps, field, index];
      const kubeconfig = sd.mechanism === 'kubernetes' && sd.kubeconfigFile !== '' ? [kubeconfigReference(sd.kubeconfigFile, section)] : [];
      return [...kubeconfig, ...('httpClient' in sd ? clientReferences(sd.httpClient, section) : [])];
    }),
  );
}

function kubeconfigReference(path: string, steps: Steps): FileReference {
  return { path, what: 'kubeconfig file', steps: [...steps, 'kubeconfig_file'] };
}

function clientReferences({ authentication, tls, httpHeaders }: HttpClientConfig, steps: Steps): readonly FileReference[] {
  const headers = Object.entries(httpHeaders).flatMap(([name, { files }]) =>
    files.map((path, index) => ({ path, what: `file of HTTP header ${name}`, steps: [...steps, 'http_headers', name, 'files', index] })),
  );
  return [...authenticationReferences(authentication, steps), ...tlsReferences(tls, [...steps, 'tls_config']), ...headers];
}

function authenticationReferences(authentication: HttpClientConfig['authentication'], steps: Steps): readonly FileReference[] {
  switch (authentication?.kind) {
    case undefined:
      return [];
    case 'basic':
      return [
        ...reference(authentication.username, 'basic auth username file', [...steps, 'basic_auth', 'username_file']),
        ...reference(authentication.password, 'basic auth password file', [...steps, 'basic_auth', 'password_file']),
      ];
    case 'authorization': {
      const what = 'authorization credentials or bearer token file';
      return reference(authentication.credentials, what, [...steps, 'authorization', 'credentials_file']);
    }
    case 'oauth2':
      return [
        ...reference(authentication.clientSecret, 'OAuth 2 client secret file', [...steps, 'oauth2', 'client_secret_file']),
        ...tlsReferences(authentication.tls, [...steps, 'oauth2', 'tls_config']),
      ];
  }
}

function tlsReferences({ ca, cert, key }: TlsConfig, steps: Steps): readonly FileReference[] {
  return [
    ...reference(ca, 'CA file', [...steps, 'ca_file']),
    ...reference(cert, 'client cert file', [...steps, 'cert_file']),
    ...reference(key, 'client key file', [...steps, 'key_file']),
  ];
}

function reference(source: TextSource<unknown>, what: string, steps: Steps): readonly FileReference[] {
  return source?.from === 'file' ? [{ path: source.path, what, steps }] : [];
}
