import type { Secret } from '@limpet/model';
import type { AuthenticationConfig, HeaderConfig, HttpClientConfig, ProxyConfig, TextSource, TlsConfig } from './http-client-config.ts';
import { redactedUrl } from './url.ts';
import { mapping, unlessEmpty, unlessZero } from './yaml-text.ts';
import type { YamlObject } from './yaml-text.ts';

/** The fields of an HTTP client block, in upstream's order, secrets masked. */
export function httpClientYaml(client: HttpClientConfig): YamlObject {
  return {
    ...authenticationYaml(client.authentication),
    tls_config: tlsYaml(client.tls),
    follow_redirects: client.followRedirects,
    enable_http2: client.enableHttp2,
    ...proxyYaml(client.proxy),
    http_headers: mapping(client.httpHeaders, headerYaml),
  };
}

function authenticationYaml(authentication: AuthenticationConfig | undefined): YamlObject {
  switch (authentication?.kind) {
    case undefined:
      return {};
    case 'basic': {
      const { username, password } = authentication;
      return {
        basic_auth: {
          username: value(username) ?? '',
          username_file: file(username),
          password: masked(password),
          password_file: file(password),
        },
      };
    }
    case 'authorization': {
      const { type, credentials } = authentication;
      return { authorization: { type, credentials: masked(credentials), credentials_file: file(credentials) } };
    }
    case 'oauth2': {
      const { clientId, clientSecret, scopes, tokenUrl, endpointParams, tls, proxy } = authentication;
      return {
        oauth2: {
          client_id: clientId,
          client_secret: masked(clientSecret) ?? '',
          client_secret_file: file(clientSecret) ?? '',
          scopes: unlessEmpty(scopes),
          token_url: redactedUrl(tokenUrl),
          endpoint_params: mapping(endpointParams, (text) => text),
          tls_config: tlsYaml(tls),
          ...proxyYaml(proxy),
        },
      };
    }
  }
}

/** A TLS block, left out where nothing is configured. */
function tlsYaml(tls: TlsConfig): YamlObject | undefined {
  const fields: YamlObject = {
    ca: value(tls.ca),
    cert: value(tls.cert),
    key: masked(tls.key),
    ca_file: file(tls.ca),
    cert_file: file(tls.cert),
    key_file: file(tls.key),
    server_name: unlessZero(tls.serverName),
    insecure_skip_verify: tls.insecureSkipVerify,
    min_version: tls.minVersion,
    max_version: tls.maxVersion,
  };
  const isConfigured = Object.values(fields).some((field) => field !== undefined && field !== false);
  return isConfigured ? fields : undefined;
}

function proxyYaml(proxy: ProxyConfig): YamlObject {
  return {
    proxy_url: proxy.url === undefined ? undefined : redactedUrl(proxy.url),
    no_proxy: unlessZero(proxy.noProxy),
    proxy_from_environment: unlessZero(proxy.fromEnvironment),
    proxy_connect_header: mapping(proxy.connectHeaders, (secrets) => secrets.map(String)),
  };
}

function headerYaml({ values, secrets, files }: HeaderConfig): YamlObject {
  return { values: unlessEmpty(values), secrets: unlessEmpty(secrets.map(String)), files: unlessEmpty(files) };
}

function value(source: TextSource<string>): string | undefined {
  return source?.from === 'value' ? source.value : undefined;
}

function masked(source: TextSource<Secret>): string | undefined {
  return source?.from === 'value' ? String(source.value) : undefined;
}

function file(source: TextSource<string | Secret>): string | undefined {
  return source?.from === 'file' ? source.path : undefined;
}
