import type { Label } from '@limpet/model';
import { fieldsOf, integerOf, listOf, textEntriesOf, textOf } from '../provider/json-answer.ts';

/** The names of services, each with the tags that any of its instances has. */
export type ConsulCatalog = ReadonlyMap<string, readonly string[]>;

/** One instance of a service; what is absent is empty. */
export interface ConsulInstance {
  readonly node: string;
  readonly nodeAddress: string;
  readonly nodeMeta: readonly Label[];
  readonly taggedAddresses: readonly Label[];
  readonly serviceId: string;
  readonly serviceAddress: string;
  readonly servicePort: number;
  readonly serviceTags: readonly string[];
  readonly serviceMeta: readonly Label[];
  readonly namespace: string;
  readonly partition: string;
  readonly checks: readonly ConsulCheck[];
}

export interface ConsulCheck {
  readonly id: string;
  readonly status: string;
}

/** The datacenter of the agent asked; empty where it does not say. */
export function readDatacenter(document: unknown): string {
  return textOf(fieldsOf(fieldsOf(document, 'the agent')['Config'], 'Config')['Datacenter'], 'Config.Datacenter');
}

export function readCatalog(document: unknown): ConsulCatalog {
  const services = Object.entries(fieldsOf(document, 'the catalog'));
  return new Map(services.map(([name, tags]) => [name, textsOf(tags, `tags of ${JSON.stringify(name)}`)]));
}

export function readInstances(document: unknown): readonly ConsulInstance[] {
  return listOf(document, 'the list of instances').map((item) => {
    const instance = fieldsOf(item, 'an instance');
    const node = fieldsOf(instance['Node'], 'Node');
    const service = fieldsOf(instance['Service'], 'Service');
    return {
      node: textOf(node['Node'], 'Node.Node'),
      nodeAddress: textOf(node['Address'], 'Node.Address'),
      nodeMeta: textEntriesOf(node['Meta'], 'Node.Meta'),
      taggedAddresses: textEntriesOf(node['TaggedAddresses'], 'Node.TaggedAddresses'),
      serviceId: textOf(service['ID'], 'Service.ID'),
      serviceAddress: textOf(service['Address'], 'Service.Address'),
      servicePort: integerOf(service['Port'], 'Service.Port'),
      serviceTags: textsOf(service['Tags'], 'Service.Tags'),
      serviceMeta: textEntriesOf(service['Meta'], 'Service.Meta'),
      namespace: textOf(service['Namespace'], 'Service.Namespace'),
      partition: textOf(service['Partition'], 'Service.Partition'),
      checks: listOf(instance['Checks'], 'Checks').map(readCheck),
    };
  });
}

function readCheck(item: unknown): ConsulCheck {
  const check = fieldsOf(item, 'a check');
  return { id: textOf(check['CheckID'], 'CheckID'), status: textOf(check['Status'], 'Status') };
}

function textsOf(value: unknown, what: string): readonly string[] {
  return listOf(value, what).map((text) => textOf(text, what));
}
