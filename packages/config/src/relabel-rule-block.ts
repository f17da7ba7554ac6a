import { parseRelabelAction, RELABEL_DEFAULTS, validateRegex, validateRule } from '@limpet/relabel';
import type { NameValidationScheme, RelabelAction, RelabelConfig, RelabelField } from '@limpet/relabel';
import { block } from './block-decoder.ts';
import type { FieldValues } from './block-decoder.ts';
import { list, withDefault } from './decoder.ts';
import type { Decoder } from './decoder.ts';
import { fieldPlace, INVALID, refuse } from './reading.ts';
import type { Decoded, Place } from './reading.ts';
import { labelName, text, unsignedBig } from './scalar-decoder.ts';
import { isNull } from './yaml-node.ts';

/** A rule as read, before the scheme of label names that it is checked against is known. */
export interface RelabelDraft {
  readonly config: RelabelConfig;
  /** Fields that the file holds, where a check asks for that and not for the value. */
  readonly spelledOut: ReadonlySet<RelabelField>;
  readonly place: Place;
}

const action: Decoder<RelabelAction | ''> = {
  absent: RELABEL_DEFAULTS.action,
  zero: '',
  read: (place) => {
    const value = text.read(place);
    if (value === INVALID) return INVALID;
    const parsed = parseRelabelAction(value);
    return parsed.ok ? parsed.value : refuse(place, 'LIMPET_CONFIG_VALUE', parsed.error.message, { cause: parsed.error });
  },
};

const regex: Decoder<string> = {
  absent: RELABEL_DEFAULTS.regex,
  zero: '',
  read: (place) => {
    const value = text.read(place);
    if (value === INVALID) return INVALID;
    const valid = validateRegex(value);
    return valid.ok ? value : refuse(place, 'LIMPET_CONFIG_VALUE', valid.error.message, { cause: valid.error });
  },
};

const RULE_FIELDS = {
  source_labels: list(labelName),
  separator: withDefault(text, RELABEL_DEFAULTS.separator),
  regex,
  modulus: unsignedBig,
  target_label: text,
  replacement: withDefault(text, RELABEL_DEFAULTS.replacement),
  action,
};

/** One rule of a list, by the words in which its null entries are refused (C-006). */
export function relabelRules(refuseNull: string): Decoder<readonly RelabelDraft[]> {
  // A rule is never absent or null: the list refuses that. So the zero value does not occur.
  const rule = block<typeof RULE_FIELDS, RelabelDraft | undefined>({ type: 'relabel_config', fields: RULE_FIELDS, zero: undefined, build });
  const drafts = list(rule, refuseNull);
  return {
    absent: [],
    zero: [],
    read: (place) => {
      const values = drafts.read(place);
      return values === INVALID ? INVALID : values.filter((draft) => draft !== undefined);
    },
  };
}

function build(values: FieldValues<typeof RULE_FIELDS>, place: Place): Decoded<RelabelDraft> {
  if (values.action === '') return refuse(fieldPlace(place, 'action'), 'LIMPET_CONFIG_EMPTY', 'relabel action cannot be empty');
  const config: RelabelConfig = {
    sourceLabels: values.source_labels,
    separator: values.separator,
    regex: values.regex,
    modulus: values.modulus,
    targetLabel: values.target_label,
    replacement: values.replacement,
    action: values.action,
  };
  return { config, spelledOut: spelledOutFields(place), place };
}

function spelledOutFields(place: Place): ReadonlySet<RelabelField> {
  const fields = new Set<RelabelField>();
  if (place.node.kind !== 'map') return fields;
  for (const { key, value } of place.node.entries) {
    if (key.kind !== 'scalar') continue;
    if (key.text === 'regex') fields.add('regex');
    if (key.text === 'source_labels' && !isNull(value)) fields.add('sourceLabels');
  }
  return fields;
}

/** The rules, each checked against the scheme in force (C-079). Reports all that are wrong. */
export function checkRules(drafts: readonly RelabelDraft[], scheme: NameValidationScheme): Decoded<readonly RelabelConfig[]> {
  let isValid = true;
  for (const { config, spelledOut, place } of drafts) {
    const valid = validateRule(config, scheme, spelledOut);
    if (valid.ok) continue;
    refuse(fieldPlace(place, guiltyField(valid.error.message)), 'LIMPET_CONFIG_VALUE', valid.error.message, { cause: valid.error });
    isValid = false;
  }
  return isValid ? drafts.map(({ config }) => config) : INVALID;
}

/** The field that a refusal is about, as far as its words tell. */
function guiltyField(message: string): string {
  if (message.includes('modulus')) return 'modulus';
  if (message.includes("'replacement'")) return 'replacement';
  return message.includes("'target_label' ") && !message.includes('only') ? 'target_label' : 'action';
}
