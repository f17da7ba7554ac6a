import { acceptHeader, ContentTypeError, ParseError, ProtobufError } from '@limpet/exposition';
import { checkContract, ContractError, contractOf, draftContract, exposedFamilies, expositionChanges } from '@limpet/metrics-contract';
import type { ExposedFamilies, Exposition, MetricsContract } from '@limpet/metrics-contract';
import { parse, stringify, YAMLParseError } from 'yaml';
import { CommandError, EXIT } from '../command-error.ts';
import type { CommandIo } from '../io/command-io.ts';
import { openInput, wholeInput, wholeText } from '../io/input.ts';

/** Where an exposition is, and what a file of it holds. */
interface WhereOptions {
  readonly where: string | undefined;
  readonly contentType: string;
}

/** Bytes of an exposition and of a contract at most. */
const EXPOSITION_BYTES_MAX: number = 256 * 1024 ** 2;
const CONTRACT_BYTES_MAX: number = 16 * 1024 ** 2;
/** Milliseconds for an answer of a URL. */
const FETCH_MS_MAX = 30_000;

/** Holds an exposition against a contract. */
export async function contractCheckCommand(
  { contract: file, ...where }: WhereOptions & { readonly contract: string },
  io: CommandIo,
): Promise<number> {
  const contract = await readContract(file, io);
  const violations = checkContract(await readFamilies(where, io), contract);
  await io.writeOut(violations.map(({ message }) => `${message}\n`).join(''));
  const count = Object.keys(contract.metrics).length;
  io.writeErr(violations.length === 0 ? `kept: ${count} metric families are as promised\n` : `${violations.length} promises are broken\n`);
  return violations.length === 0 ? EXIT.ok : EXIT.differences;
}

/** Writes a first contract. */
export async function contractDraftCommand(where: WhereOptions, io: CommandIo): Promise<number> {
  await io.writeOut(stringify(draftContract(await readFamilies(where, io))));
  return EXIT.ok;
}

/** Compares two expositions. */
export async function contractDiffCommand(
  { older, newer, contentType }: { readonly older: string; readonly newer: string; readonly contentType: string },
  io: CommandIo,
): Promise<number> {
  const before = await readFamilies({ where: older, contentType }, io);
  const changes = expositionChanges(before, await readFamilies({ where: newer, contentType }, io));
  await io.writeOut(changes.map(({ isBreaking, message }) => `${isBreaking ? 'breaking' : 'other'}: ${message}\n`).join(''));
  return changes.some(({ isBreaking }) => isBreaking) ? EXIT.differences : EXIT.ok;
}

async function readContract(file: string, io: CommandIo): Promise<MetricsContract> {
  const text = await wholeText(openInput(file, io), CONTRACT_BYTES_MAX);
  try {
    return contractOf(parse(text));
  } catch (cause) {
    if (!(cause instanceof ContractError || cause instanceof YAMLParseError)) throw cause;
    throw new CommandError(`${file}: ${cause.message}`, EXIT.failure, { cause });
  }
}

async function readFamilies({ where, contentType }: WhereOptions, io: CommandIo): Promise<ExposedFamilies> {
  const isUrl = where !== undefined && /^https?:\/\//.test(where);
  const exposition = isUrl ? await fetched(where) : { body: await wholeInput(openInput(where, io), EXPOSITION_BYTES_MAX), contentType };
  try {
    return exposedFamilies(exposition);
  } catch (cause) {
    if (!(cause instanceof ParseError || cause instanceof ContentTypeError || cause instanceof ProtobufError)) throw cause;
    throw new CommandError(`${where ?? '<stdin>'}: ${cause.message}`, EXIT.failure, { cause });
  }
}

async function fetched(url: string): Promise<Exposition> {
  const Accept = acceptHeader(['OpenMetricsText1.0.0', 'PrometheusText0.0.4'], 'allow-utf-8');
  try {
    const response = await fetch(url, { headers: { Accept }, signal: AbortSignal.timeout(FETCH_MS_MAX) });
    if (!response.ok) throw new CommandError(`${url}: server returned HTTP status ${response.status}`, EXIT.failure);
    const body = new Uint8Array(await response.arrayBuffer());
    return { body, contentType: response.headers.get('content-type') ?? '' };
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : String(cause);
    throw new CommandError(`cannot read ${url}: ${reason}`, EXIT.failure, { cause });
  }
}
