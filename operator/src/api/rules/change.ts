/** Rules over changes: what a running store cannot follow. */
import { profiles } from '../defaults/profiles.ts';
import type { EcommerceStackSpec } from '../ecommercestack.ts';
import { exceeds } from '../quantity.ts';
import { changeFor, type Rule } from './rule.ts';

type Storage = { size?: string | number; className?: string };
type Embedded = { mode: string; embedded?: { storage?: Storage } };

const storePlaces = ['postgres', 'mongodb', 'redis', 'search'].map((store) => `spec.data.${store}`);

const hasStorageCel = (store: string): string => `has(${store}.embedded) && has(${store}.embedded.storage)`;

function hasSameStorage({ embedded: self }: Embedded, { embedded: old }: Embedded): boolean {
  if (self?.storage === undefined || old?.storage === undefined) return self?.storage === old?.storage;
  return self.storage.size === old.storage.size && self.storage.className === old.storage.className;
}

type Managed = { storage?: Storage };
type Place = {
  /** Store and member from the specification on, as CEL names them. */
  readonly store: string;
  readonly member: string;
  /** Mode that the member belongs to. */
  readonly mode: string;
  readonly read: (spec: EcommerceStackSpec) => { mode: string; member: Managed | undefined };
};

/** Where volumes of another operator are described. */
const managedPlaces: readonly Place[] = [
  {
    ...{ store: 'data.postgres', member: 'cloudNativePG', mode: 'CloudNativePG' },
    read: ({ data: { postgres } }) => ({ mode: postgres.mode, member: postgres.cloudNativePG }),
  },
  {
    ...{ store: 'data.mongodb', member: 'percona', mode: 'Percona' },
    read: ({ data: { mongodb } }) => ({ mode: mongodb.mode, member: mongodb.percona }),
  },
  {
    ...{ store: 'data.search', member: 'openSearch', mode: 'OpenSearch' },
    read: ({ data: { search } }) => ({ mode: search.mode, member: search.openSearch }),
  },
  {
    ...{ store: 'data.search', member: 'eck', mode: 'ECK' },
    read: ({ data: { search } }) => ({ mode: search.mode, member: search.eck }),
  },
  {
    ...{ store: 'eventBus.kafka', member: 'strimzi', mode: 'Strimzi' },
    read: ({ eventBus: { kafka } }) => ({ mode: kafka.mode, member: kafka.strimzi }),
  },
];

/** A size that is left out is that of the profile, so a change of either may shrink a volume. */
function neverShrinks({ store, member, mode, read }: Place): Rule {
  const sizeCel = (spec: string) => {
    const managed = `${spec}.${store}.${member}`;
    const isThere = [managed, `${managed}.storage`, `${managed}.storage.size`].map((path) => `has(${path})`);
    // Written out: through optional members the API server loses how long a text may be.
    return `quantity(${isThere.join(' && ')} ? string(${managed}.storage.size) : ${profileCel(spec, 'storageSize')})`;
  };
  const sizeOf = (spec: EcommerceStackSpec) =>
    read(spec).member?.storage?.size ?? profiles[spec.profile].storageSize;
  return changeFor<EcommerceStackSpec>({
    code: 'ECS0802',
    at: ['spec'],
    field: `.${store}.${member}.storage.size`,
    reason: 'FieldValueForbidden',
    cel: `self.${store}.mode != '${mode}' || oldSelf.${store}.mode != '${mode}' || ${sizeCel('self')}.compareTo(${sizeCel('oldSelf')}) >= 0`,
    message: 'a volume cannot shrink: keep the size or raise it',
    allows: (self, old) =>
      read(self).mode !== mode || read(old).mode !== mode || !exceeds(sizeOf(old), sizeOf(self)),
  });
}

/** What the profile of a specification stands for, in CEL. */
const profileCel = (spec: string, value: 'storageSize' | 'partitions'): string =>
  `(${spec}.profile == 'Dev' ? ${quoted(profiles.Dev[value])} : ${quoted(profiles.Production[value])})`;

const quoted = (value: string | number): string => (typeof value === 'number' ? String(value) : `'${value}'`);

const partitionsCel = (spec: string): string =>
  `${spec}.eventBus.kafka.topics.?partitions.orValue${profileCel(spec, 'partitions')}`;

const partitionsOf = ({ eventBus, profile }: EcommerceStackSpec): number =>
  eventBus.kafka.topics.partitions ?? profiles[profile].partitions;

export const changeRules: readonly Rule[] = [
  changeFor<Embedded>({
    code: 'ECS0801',
    at: [...storePlaces, 'spec.eventBus.kafka'],
    field: '.embedded.storage',
    reason: 'FieldValueForbidden',
    cel: `self.mode != 'Embedded' || oldSelf.mode != 'Embedded' || (${hasStorageCel('self')} ? ${hasStorageCel('oldSelf')} && self.embedded.storage == oldSelf.embedded.storage : !(${hasStorageCel('oldSelf')}))`,
    message:
      'an embedded server keeps the volume that it was made with: restore size and className, or move the data to a server of another mode',
    allows: (self, old) => self.mode !== 'Embedded' || old.mode !== 'Embedded' || hasSameStorage(self, old),
  }),
  ...managedPlaces.map(neverShrinks),
  changeFor<EcommerceStackSpec>({
    code: 'ECS0803',
    at: ['spec'],
    field: '.eventBus.kafka.topics.partitions',
    reason: 'FieldValueForbidden',
    cel: `${partitionsCel('self')} >= ${partitionsCel('oldSelf')} || (self.eventBus.kafka.mode != 'Strimzi' && !has(self.eventBus.kafka.topics.partitions))`,
    message: 'Kafka cannot take partitions away from a topic: keep the number or raise it',
    allows: (self, old) =>
      partitionsOf(self) >= partitionsOf(old) ||
      (self.eventBus.kafka.mode !== 'Strimzi' && self.eventBus.kafka.topics.partitions === undefined),
  }),
];
