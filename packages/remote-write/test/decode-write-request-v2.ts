import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import type { DescMessage } from '@bufbuild/protobuf';
import { FieldDescriptorProto_Label, FieldDescriptorProto_Type, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { uncompress } from 'snappyjs';

const TYPE = {
  double: FieldDescriptorProto_Type.FIXED64, // as bits: a JavaScript number does not keep those of a stale marker
  int64: FieldDescriptorProto_Type.INT64,
  uint64: FieldDescriptorProto_Type.UINT64,
  uint32: FieldDescriptorProto_Type.UINT32,
  sint32: FieldDescriptorProto_Type.SINT32,
  sint64: FieldDescriptorProto_Type.SINT64,
  string: FieldDescriptorProto_Type.STRING,
} as const;

/** The messages of section 3 of the specification: `name number type`, `*` repeated; a type that is none of `TYPE` is a message. */
const MESSAGES: Readonly<Record<string, string>> = {
  Request: 'symbols 4 string*, timeseries 5 TimeSeries*',
  TimeSeries: 'labels_refs 1 uint32*, samples 2 Sample*, histograms 3 Histogram*, exemplars 4 Exemplar*, metadata 5 Metadata',
  Sample: 'value 1 double, timestamp 2 int64, start_timestamp 3 int64',
  Exemplar: 'labels_refs 1 uint32*, value 2 double, timestamp 3 int64',
  Metadata: 'type 1 uint32, help_ref 3 uint32, unit_ref 4 uint32',
  BucketSpan: 'offset 1 sint32, length 2 uint32',
  Histogram:
    'count_int 1 uint64, count_float 2 double, sum 3 double, schema 4 sint32, zero_threshold 5 double, zero_count_int 6 uint64, ' +
    'zero_count_float 7 double, negative_spans 8 BucketSpan*, negative_deltas 9 sint64*, negative_counts 10 double*, ' +
    'positive_spans 11 BucketSpan*, positive_deltas 12 sint64*, positive_counts 13 double*, reset_hint 14 uint32, timestamp 15 int64, ' +
    'custom_values 16 double*, start_timestamp 17 int64',
};

const PACKAGE = 'io.prometheus.write.v2';
const request = schemaOf('Request');

function schemaOf(name: string): DescMessage {
  const file = create(FileDescriptorProtoSchema, {
    name: 'v2.proto',
    package: PACKAGE,
    syntax: 'proto3',
    messageType: Object.entries(MESSAGES).map(([message, fields]) => ({ name: message, field: fields.split(', ').map(fieldOf) })),
  });
  const schema = createFileRegistry(file, () => undefined).getMessage(`${PACKAGE}.${name}`);
  if (schema === undefined) throw new Error(`${name} is not described`);
  return schema;
}

function fieldOf(text: string) {
  const [name = '', number = '', kind = ''] = text.split(' ');
  const type = kind.replace('*', '');
  const scalar = TYPE[type as keyof typeof TYPE] as FieldDescriptorProto_Type | undefined;
  const label = kind.endsWith('*') ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL;
  const common = { name, number: Number(number), label };
  return scalar === undefined
    ? { ...common, type: FieldDescriptorProto_Type.MESSAGE, typeName: `.${PACKAGE}.${type}` }
    : { ...common, type: scalar };
}

/** What a request of 2.0 says, decoded by the description of its messages and by nothing of the encoder. */
export interface RequestV2 {
  readonly symbols: readonly string[];
  readonly timeseries: readonly {
    readonly labelsRefs: readonly number[];
    readonly samples: readonly { readonly value: bigint; readonly timestamp: bigint; readonly startTimestamp: bigint }[];
    readonly histograms: readonly Readonly<Record<string, unknown>>[];
    readonly exemplars: readonly { readonly labelsRefs: readonly number[]; readonly value: bigint; readonly timestamp: bigint }[];
    readonly metadata?: { readonly type: number; readonly helpRef: number; readonly unitRef: number };
  }[];
}

export function decodeRequestV2(body: Uint8Array): RequestV2 {
  const message = fromBinary(request, uncompress(new Uint8Array(body)));
  if ((message.$unknown?.length ?? 0) > 0) throw new Error('the request has fields that 2.0 does not have');
  return message as unknown as RequestV2;
}

/** Names and values of refs. */
export function labelsOfRefs({ symbols }: RequestV2, refs: readonly number[]): Record<string, string> {
  const pairs = Array.from(
    { length: refs.length / 2 },
    (_, pair) => [symbols[refs[2 * pair] ?? 0] ?? '', symbols[refs[2 * pair + 1] ?? 0] ?? ''] as const,
  );
  return Object.fromEntries(pairs);
}
