import { SCRAPE_PROTOCOLS } from './config.ts';
import type { ScrapeProtocol } from './config.ts';
import { list, optional, shortened } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { itemPlace, refuse } from './reading.ts';
import type { Decoded, INVALID, Place } from './reading.ts';
import { text } from './scalar-decoder.ts';

/** A list of protocols as written; unset where absent or null. Checked later, when it is known whose it is. */
export const protocolNames: Decoder<readonly string[] | undefined> = optional(list(text));

/** What a job asks for if nobody names protocols (C-044). */
export const TEXT_PROTOCOLS: readonly ScrapeProtocol[] = SCRAPE_PROTOCOLS.filter((protocol) => protocol !== 'PrometheusProto');

/** The protocols by their names; refuses an empty list, unknown names and repetitions, in the name of `owner` (C-043). */
export function checkProtocols(names: readonly string[], place: Place, owner: string): Decoded<readonly ScrapeProtocol[]> {
  const refuseIn = (at: Place, message: string): typeof INVALID => refuse(at, 'LIMPET_CONFIG_VALUE', `${message} for ${owner}`);
  if (names.length === 0) return refuseIn(place, 'scrape_protocols cannot be empty');
  const protocols: ScrapeProtocol[] = [];
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const at = itemPlace(place, index);
    if (seen.has(name.toLowerCase())) return refuseIn(at, `duplicated protocol in scrape_protocols, got [${shortened(names.join(' '))}]`);
    seen.add(name.toLowerCase());
    const protocol = protocolByName(name);
    if (protocol === undefined) return refuseIn(at, `scrape_protocols: ${unknownProtocol(name)}`);
    protocols.push(protocol);
  }
  return protocols;
}

/** A protocol by its exact name. */
export function protocolByName(name: string): ScrapeProtocol | undefined {
  return SCRAPE_PROTOCOLS.find((known) => known === name);
}

/** Says that a name is no protocol, and which there are. */
export function unknownProtocol(name: string): string {
  return `unknown scrape protocol ${shortened(name)}, supported: [${[...SCRAPE_PROTOCOLS].sort().join(' ')}]`;
}
