import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Server } from 'node:net';

/** A record as a zone holds it. Hosts have no final dot; `.` is the root. */
export type ZoneRecord =
  | { readonly type: 'A' | 'AAAA' | 'NS' | 'CNAME'; readonly value: string }
  | { readonly type: 'MX'; readonly priority: number; readonly value: string }
  | { readonly type: 'SRV'; readonly port: number; readonly value: string };

/** How the server answers about a name. */
export interface ZoneEntry {
  readonly records?: readonly ZoneRecord[];
  /** 0 = NOERROR, 2 = SERVFAIL, 3 = NXDOMAIN, 5 = REFUSED. */
  readonly rcode?: number;
  /** Number of questions that get SERVFAIL before the rest gets this entry. */
  readonly failFirst?: number;
  /** The answer by UDP is cut off; by TCP it is whole. */
  readonly isTruncated?: boolean;
  readonly isSilent?: boolean;
}

/** Names in lower case without final dot; others do not exist. */
export type Zone = Readonly<Record<string, ZoneEntry>>;

const TYPE_CODES = { A: 1, NS: 2, CNAME: 5, MX: 15, AAAA: 28, SRV: 33 } as const;
const [SERVFAIL, NXDOMAIN] = [2, 3];

/** A DNS server on 127.0.0.1, by UDP and TCP on one port. */
export class DnsServer {
  zone: Zone = {};
  /** Questions in order, as `udp A name`. */
  questions: string[] = [];
  readonly #failed = new Map<string, number>();
  readonly #udp: Socket = createSocket('udp4');
  readonly #tcp: Server = createServer();

  /** Begins to listen; the port is free for both kinds. */
  async listen(): Promise<number> {
    this.#udp.on('message', (question, { port, address }) => {
      const answer = this.#answer(question, 'udp');
      if (answer !== undefined) this.#udp.send(answer, port, address);
    });
    this.#tcp.on('connection', (socket) => {
      socket.on('error', () => socket.destroy());
      let received = Buffer.alloc(0);
      socket.on('data', (part: Buffer) => {
        received = Buffer.concat([received, part]);
        if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
        const answer = this.#answer(received.subarray(2), 'tcp');
        if (answer !== undefined) socket.end(Buffer.concat([uint16(answer.length), answer]));
      });
    });
    for (let attempt = 0; attempt < 10; attempt++) {
      const port = await new Promise<number>((resolve) => {
        this.#tcp.listen(0, '127.0.0.1', () => {
          const address = this.#tcp.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
      const isFree = await new Promise<boolean>((resolve) => {
        const refuse = (): void => resolve(false);
        this.#udp.once('error', refuse);
        this.#udp.bind(port, '127.0.0.1', () => {
          this.#udp.off('error', refuse);
          resolve(true);
        });
      });
      if (isFree) return port;
      await new Promise((resolve) => this.#tcp.close(resolve));
    }
    throw new Error('no port is free for UDP and TCP');
  }

  #answer(question: Buffer, by: 'udp' | 'tcp'): Buffer | undefined {
    const { name, type, end } = readQuestion(question);
    this.questions.push(`${by} ${type} ${name}`);
    const entry = this.zone[name.toLowerCase()] ?? { rcode: NXDOMAIN };
    if (entry.isSilent === true) return undefined;
    const failures = this.#failed.get(name) ?? 0;
    const isFailing = failures < (entry.failFirst ?? 0);
    if (isFailing) this.#failed.set(name, failures + 1);
    const isTruncated = entry.isTruncated === true && by === 'udp';
    const records = isFailing || isTruncated ? [] : (entry.records ?? []);
    const flags = 0x8180 | (isTruncated ? 0x200 : 0) | (isFailing ? SERVFAIL : (entry.rcode ?? 0));
    return Buffer.concat([
      question.subarray(0, 2),
      ...[flags, 1, records.length, 0, 0].map(uint16),
      question.subarray(12, end),
      ...records.map(writeRecord),
    ]);
  }
}

/** The name asked for, without final dot, the type, and where the question ends. */
function readQuestion(message: Buffer): { readonly name: string; readonly type: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const code = message.readUInt16BE(at + 1);
  const type = Object.entries(TYPE_CODES).find(([, known]) => known === code)?.[0] ?? String(code);
  return { name: labels.join('.'), type, end: at + 5 };
}

/** A record of the name asked for, which is pointed to; a CNAME is followed by records as if they were its own. */
function writeRecord(record: ZoneRecord): Buffer {
  const data = recordData(record);
  const head = [0xc00c, TYPE_CODES[record.type], 1, 0, 60, data.length].map(uint16);
  return Buffer.concat([...head, data]);
}

function recordData(record: ZoneRecord): Buffer {
  if (record.type === 'A') return Buffer.from(record.value.split('.').map(Number));
  if (record.type === 'AAAA') return Buffer.from(record.value.replaceAll(':', ''), 'hex');
  if (record.type === 'MX') return Buffer.concat([uint16(record.priority), writeName(record.value)]);
  if (record.type === 'SRV') return Buffer.concat([...[10, 20, record.port].map(uint16), writeName(record.value)]);
  return writeName(record.value);
}

function writeName(name: string): Buffer {
  const labels = name === '.' ? [] : name.split('.');
  return Buffer.concat([...labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1')), Buffer.alloc(1)]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
