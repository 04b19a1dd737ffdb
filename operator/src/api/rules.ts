/** Every rule over several fields. The CRD and offline validation are both made from this list. */
import { changeRules } from './rules/change.ts';
import { containerRules } from './rules/container.ts';
import { exposureRules } from './rules/exposure.ts';
import { nameRules } from './rules/names.ts';
import { rolloutRules } from './rules/rollout.ts';
import type { Rule } from './rules/rule.ts';
import { schedulingRules } from './rules/scheduling.ts';
import { serviceRules } from './rules/service.ts';
import { stackRules } from './rules/stack.ts';
import { dataRules } from './rules/stores.ts';

export const rules: readonly Rule[] = [
  ...containerRules,
  ...schedulingRules,
  ...serviceRules,
  ...rolloutRules,
  ...exposureRules,
  ...dataRules,
  ...stackRules,
  ...nameRules,
  ...changeRules,
];
