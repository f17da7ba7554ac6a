import { labelsFrom } from '@limpet/model';
import type { TargetGroup } from '@limpet/model';
import { objectKey } from '../object/kubernetes-object.ts';
import type { Ingress } from '../object/kubernetes-object.ts';
import { attachedNamespaceLabels } from './attached-labels.ts';
import type { GroupContext } from './attached-labels.ts';
import { mergedLabels } from './merged-labels.ts';
import { META_PREFIX, NAMESPACE_LABEL, objectLabels } from './meta-label.ts';

/** The group of an ingress: one target for each path of each of its hosts (C-159). */
export function ingressGroup(ingress: Ingress, context: GroupContext): TargetGroup {
  const targets = ingress.rules.flatMap(({ host, paths }) => {
    const scheme = ingress.tlsHosts.some((pattern) => matchesHost(pattern, host)) ? 'https' : 'http';
    return (paths.length === 0 ? ['/'] : paths).map((path) =>
      labelsFrom([
        ['__address__', host],
        [`${META_PREFIX}ingress_scheme`, scheme],
        [`${META_PREFIX}ingress_host`, host],
        [`${META_PREFIX}ingress_path`, path === '' ? '/' : path],
      ]),
    );
  });
  return {
    source: `ingress/${objectKey(ingress)}`,
    targets,
    labels: mergedLabels(
      labelsFrom([
        [NAMESPACE_LABEL, ingress.namespace],
        [`${META_PREFIX}ingress_class_name`, ingress.className],
      ]),
      objectLabels('ingress', ingress),
      attachedNamespaceLabels(ingress.namespace, context),
    ),
  };
}

/** Whether a host is the one that a certificate is for; `*.` stands for one part. */
function matchesHost(pattern: string, host: string): boolean {
  if (pattern === host) return true;
  const [first, ...rest] = pattern.split('.');
  const [, ...parts] = host.split('.');
  return first === '*' && rest.length === parts.length && rest.every((part, index) => part === parts[index]);
}
