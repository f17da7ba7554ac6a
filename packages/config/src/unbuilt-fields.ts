import { fieldPlace, itemPlace, refuse } from './reading.ts';
import type { Place } from './reading.ts';
import { booleanOf } from './yaml-node.ts';
import type { YamlNode } from './yaml-node.ts';

/** Whether a value asks for something that is not built. */
type Asks = (node: YamlNode) => boolean;

const isOn: Asks = (node) => node.kind === 'scalar' && node.isPlain && booleanOf(node.text) === true;
const isText =
  (wanted: string): Asks =>
  (node) =>
    node.kind === 'scalar' && node.text === wanted;

/** What every receiver may ask for. */
const RECEIVER_FIELDS: Readonly<Record<string, Asks>> = {
  round_robin_dns: isOn,
  protobuf_message: isText('io.prometheus.write.v2.Request'),
};

/**
 * Refuses, by name and position, what a document asks for and Limpet does not have yet: taken in silence it would change
 * what is scraped or sent (architecture decision 15). The document has been read and found valid before.
 */
export function refuseUnbuilt(root: Place): void {
  for (const receiver of itemsOf(fieldPlace(root, 'remote_write'))) refuseFields(receiver, RECEIVER_FIELDS);
}

function itemsOf(place: Place): Place[] {
  return place.node.kind === 'list' ? place.node.items.map((_, index) => itemPlace(place, index)) : [];
}

function refuseFields(block: Place, fields: Readonly<Record<string, Asks>>): void {
  for (const [name, asks] of Object.entries(fields)) {
    const field = fieldPlace(block, name);
    if (field.node !== block.node && asks(field.node)) refuseField(field, name);
  }
}

function refuseField(place: Place, name: string): void {
  const value = place.node.kind === 'scalar' ? `${name}: ${place.node.text}` : name;
  refuse(place, 'LIMPET_CONFIG_NOT_SUPPORTED', `${value} is not built into Limpet yet`, { hint: 'leave it out' });
}
