import { block } from '../block-decoder.ts';
import type { FieldValues } from '../block-decoder.ts';
import { list, quoted, refined, shortened } from '../decoder.ts';
import type { Decoder } from '../decoder.ts';
import { equalValues } from '../equal-configs.ts';
import { buildHttpClient, HTTP_CLIENT_DEFAULTS, HTTP_CLIENT_FIELDS } from '../http-client-block.ts';
import type { HttpClientConfig } from '../http-client-config.ts';
import { fieldPlace, INVALID, itemPlace, refuse } from '../reading.ts';
import type { Decoded, Place } from '../reading.ts';
import { boolean, path, text, url } from '../scalar-decoder.ts';
import { KUBERNETES_ROLES } from './kubernetes-config.ts';
import type {
  KubernetesDiscoveryConfig,
  KubernetesMetadata,
  KubernetesNamespaces,
  KubernetesRole,
  KubernetesSelector,
} from './kubernetes-config.ts';
import { isFieldSelector, isLabelSelector } from './kubernetes-selector.ts';

const role: Decoder<KubernetesRole | ''> = refined<string, KubernetesRole | ''>(
  text,
  (value, place) =>
    KUBERNETES_ROLES.find((name) => name === value) ??
    refuse(place, 'LIMPET_CONFIG_VALUE', `unknown Kubernetes SD role ${quoted(value)}`, {
      hint: `it is one of ${KUBERNETES_ROLES.join(', ')}`,
    }),
  '',
);

const namespacesBlock: Decoder<KubernetesNamespaces> = block({
  type: 'namespaces',
  fields: { own_namespace: boolean, names: list(text) },
  zero: { ownNamespace: false, names: [] },
  build: ({ own_namespace, names }) => ({ ownNamespace: own_namespace, names }),
});

const NO_METADATA: KubernetesMetadata = { node: false, namespace: false, deployment: false, job: false, cronjob: false };

const metadataBlock: Decoder<KubernetesMetadata> = block({
  type: 'attach_metadata',
  fields: { node: boolean, namespace: boolean, deployment: boolean, job: boolean, cronjob: boolean },
  zero: NO_METADATA,
  build: (values) => values,
});

/** A selector whose role is still to be compared with that of its section. */
interface SelectorDraft {
  readonly role: KubernetesRole | '';
  readonly label: string;
  readonly field: string;
}

const selectorBlock: Decoder<SelectorDraft> = block({
  type: 'selector',
  fields: { role, label: text, field: text },
  zero: { role: '', label: '', field: '' },
  build: (values) => values,
});

const KUBERNETES_FIELDS = {
  api_server: url,
  role,
  kubeconfig_file: path,
  ...HTTP_CLIENT_FIELDS,
  namespaces: namespacesBlock,
  selectors: list(selectorBlock),
  attach_metadata: metadataBlock,
};

type Values = FieldValues<typeof KUBERNETES_FIELDS>;

/** The roles whose objects a section looks at, hence may select. */
const SELECTABLE: Readonly<Record<KubernetesRole, readonly KubernetesRole[]>> = {
  pod: ['pod', 'node'],
  service: ['service'],
  endpoints: ['pod', 'service', 'endpoints'],
  endpointslice: ['pod', 'service', 'endpointslice'],
  node: ['node'],
  ingress: ['ingress'],
};

/** One section of `kubernetes_sd_configs` (config.md 10.6). Source: Prometheus 3.14, discovery/kubernetes, SDConfig. */
export const kubernetesDiscovery: Decoder<KubernetesDiscoveryConfig | undefined> = block({
  type: 'kubernetes_sd_config',
  fields: KUBERNETES_FIELDS,
  zero: undefined,
  build,
});

function build(values: Values, place: Place): Decoded<KubernetesDiscoveryConfig> {
  if (values.role === '') {
    return refuse(fieldPlace(place, 'role'), 'LIMPET_CONFIG_EMPTY', `role missing (one of: ${KUBERNETES_ROLES.join(', ')})`);
  }
  const httpClient = buildHttpClient(values, place);
  if (httpClient === INVALID) return INVALID;
  const selectors =
    accessRefusal(values, httpClient, place) ?? checkedSelectors(values.role, values.selectors, fieldPlace(place, 'selectors'));
  if (selectors === INVALID) return INVALID;
  return {
    mechanism: 'kubernetes',
    role: values.role,
    apiServer: values.api_server === '' ? undefined : values.api_server,
    kubeconfigFile: values.kubeconfig_file,
    httpClient,
    namespaces: values.namespaces,
    selectors,
    attachMetadata: values.attach_metadata,
  };
}

/** There is one way to the API server, and only one that Limpet knows its own namespace on. */
function accessRefusal(values: Values, httpClient: HttpClientConfig, place: Place): typeof INVALID | undefined {
  const { api_server = '', kubeconfig_file, namespaces } = values;
  const conflict = (field: string, message: string): typeof INVALID => refuse(fieldPlace(place, field), 'LIMPET_CONFIG_CONFLICT', message);
  const isCustomClient = !equalValues(httpClient, HTTP_CLIENT_DEFAULTS);
  if (api_server !== '' && kubeconfig_file !== '') {
    return conflict('kubeconfig_file', "cannot use 'kubeconfig_file' and 'api_server' simultaneously");
  }
  if (kubeconfig_file !== '' && isCustomClient) {
    return conflict('kubeconfig_file', "cannot use a custom HTTP client configuration together with 'kubeconfig_file'");
  }
  if (api_server === '' && isCustomClient) {
    return refuse(
      place,
      'LIMPET_CONFIG_CONFLICT',
      "to use custom HTTP client configuration please provide the 'api_server' URL explicitly",
    );
  }
  if (api_server !== '' && namespaces.ownNamespace) {
    return conflict('namespaces', "cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
  }
  if (kubeconfig_file !== '' && namespaces.ownNamespace) {
    return conflict('namespaces', "cannot use 'kubeconfig_file' and 'namespaces.own_namespace' simultaneously");
  }
  return undefined;
}

function checkedSelectors(of: KubernetesRole, drafts: readonly SelectorDraft[], place: Place): Decoded<readonly KubernetesSelector[]> {
  const selectors: KubernetesSelector[] = [];
  for (const [index, draft] of drafts.entries()) {
    const at = itemPlace(place, index);
    if (selectors.some((known) => known.role === draft.role)) {
      return refuse(at, 'LIMPET_CONFIG_CONFLICT', `duplicated selector role: ${draft.role}`);
    }
    const allowed = SELECTABLE[of].find((name) => name === draft.role);
    if (allowed === undefined) {
      return refuse(at, 'LIMPET_CONFIG_VALUE', `${of} role supports only ${SELECTABLE[of].join(', ')} selectors`);
    }
    for (const [name, isValid] of [
      ['field', isFieldSelector(draft.field)],
      ['label', isLabelSelector(draft.label)],
    ] as const) {
      if (!isValid) {
        return refuse(fieldPlace(at, name), 'LIMPET_CONFIG_VALUE', `invalid selector: '${shortened(draft[name])}' is no ${name} selector`);
      }
    }
    selectors.push({ ...draft, role: allowed });
  }
  return selectors;
}
