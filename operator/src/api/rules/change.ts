/** Rules over changes: what a running store cannot follow. */
import type { EcommerceStackSpec } from '../ecommercestack.ts';
import { exceeds } from '../quantity.ts';
import { changeFor, type Rule } from './rule.ts';

type Storage = { size?: string | number; className?: string };
type Topics = EcommerceStackSpec['eventBus']['kafka']['topics'];

export const changeRules: readonly Rule[] = [
  changeFor<Storage>({
    code: 'ECS0801',
    at: [
      'spec.data.postgres.embedded.storage',
      'spec.data.mongodb.embedded.storage',
      'spec.data.redis.embedded.storage',
      'spec.data.search.embedded.storage',
      'spec.eventBus.kafka.embedded.storage',
    ],
    reason: 'FieldValueForbidden',
    cel: 'self == oldSelf',
    message:
      'an embedded server keeps the volume that it was made with: restore size and className, or move the data to a server of another mode',
    allows: (self, old) => self.size === old.size && self.className === old.className,
  }),
  changeFor<Storage>({
    code: 'ECS0802',
    at: [
      'spec.data.postgres.cloudNativePG.storage',
      'spec.data.mongodb.percona.storage',
      'spec.data.search.openSearch.storage',
      'spec.data.search.eck.storage',
      'spec.eventBus.kafka.strimzi.storage',
    ],
    field: '.size',
    reason: 'FieldValueForbidden',
    cel: '!has(self.size) || !has(oldSelf.size) || quantity(string(self.size)).compareTo(quantity(string(oldSelf.size))) >= 0',
    message: 'a volume cannot shrink: keep the size or raise it',
    allows: (self, old) => self.size === undefined || old.size === undefined || !exceeds(old.size, self.size),
  }),
  changeFor<Topics>({
    code: 'ECS0803',
    at: ['spec.eventBus.kafka.topics'],
    field: '.partitions',
    reason: 'FieldValueForbidden',
    cel: '!has(self.partitions) || !has(oldSelf.partitions) || self.partitions >= oldSelf.partitions',
    message: 'Kafka cannot take partitions away from a topic: keep the number or raise it',
    allows: (self, old) =>
      self.partitions === undefined || old.partitions === undefined || self.partitions >= old.partitions,
  }),
];
