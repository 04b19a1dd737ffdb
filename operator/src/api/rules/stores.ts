/** Rules over stores and the event bus: the mode decides which member is set, and a volume has room. */
import { exceeds } from '../quantity.ts';
import { type Rule, ruleFor } from './rule.ts';

type Moded = { mode: string } & Readonly<Record<string, unknown>>;

/** Member of each mode in each place. */
const membersByMode: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'spec.data.postgres': { embedded: 'Embedded', cloudNativePG: 'CloudNativePG' },
  'spec.data.mongodb': { embedded: 'Embedded', percona: 'Percona' },
  'spec.data.redis': { embedded: 'Embedded' },
  'spec.data.search': { embedded: 'Embedded', openSearch: 'OpenSearch', eck: 'ECK' },
  'spec.eventBus.kafka': { embedded: 'Embedded', strimzi: 'Strimzi' },
};

const places = Object.keys(membersByMode);

const members = [
  ...new Set(Object.values(membersByMode).flatMap((modes) => Object.entries(modes).map(String))),
].map(
  (entry) => entry.split(',') as [string, string], // an entry is a pair by construction
);

const memberRules = members.map(([member, mode]) =>
  ruleFor<Moded>({
    code: 'ECS0503',
    at: places.filter((place) => membersByMode[place]?.[member] !== undefined),
    field: `.${member}`,
    reason: 'FieldValueForbidden',
    cel: `!has(self.${member}) || self.mode == '${mode}'`,
    message: `${member} is for mode ${mode} only: set mode to ${mode}, or remove ${member}`,
    holds: (self) => self[member] === undefined || self.mode === mode,
  }),
);

export const dataRules: readonly Rule[] = [
  ruleFor<Moded>({
    code: 'ECS0501',
    at: places,
    field: '.secretRef',
    reason: 'FieldValueRequired',
    cel: "self.mode != 'External' || has(self.secretRef)",
    message: 'mode External needs secretRef, the Secret with the addresses',
    holds: (self) => self.mode !== 'External' || self['secretRef'] !== undefined,
  }),
  ruleFor<Moded>({
    code: 'ECS0502',
    at: places,
    field: '.secretRef',
    reason: 'FieldValueForbidden',
    cel: "self.mode == 'External' || !has(self.secretRef)",
    message: 'secretRef is for mode External only: set mode to External, or remove secretRef',
    holds: (self) => self.mode === 'External' || self['secretRef'] === undefined,
  }),
  ...memberRules,
  ruleFor<{ size?: string | number }>({
    code: 'ECS0504',
    at: places.flatMap((place) =>
      Object.keys(membersByMode[place] ?? {}).map((member) => `${place}.${member}.storage`),
    ),
    field: '.size',
    cel: "!has(self.size) || quantity(string(self.size)).compareTo(quantity('0')) > 0",
    message: 'a volume has a size above 0',
    holds: ({ size = 1 }) => exceeds(size, 0),
  }),
];
