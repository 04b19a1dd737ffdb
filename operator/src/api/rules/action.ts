/** Rules over the fields of a RolloutAction. */
import type { RolloutActionSpec } from '../rolloutaction.ts';
import { changeFor, type Rule, ruleFor } from './rule.ts';

const ofOneRollout: readonly string[] = ['Promote', 'PromoteFully', 'SetWeight', 'Retry'];

/** Every rule of RolloutActions. */
export const actionRules: readonly Rule[] = [
  ruleFor<RolloutActionSpec>({
    code: 'ECS0901',
    at: ['spec'],
    field: '.weight',
    reason: 'FieldValueRequired',
    cel: "self.action != 'SetWeight' || has(self.weight)",
    message: 'SetWeight needs weight: say how many percent the canary gets',
    holds: ({ action, weight }) => action !== 'SetWeight' || weight !== undefined,
  }),
  ruleFor<RolloutActionSpec>({
    code: 'ECS0902',
    at: ['spec'],
    field: '.weight',
    reason: 'FieldValueForbidden',
    cel: "self.action == 'SetWeight' || !has(self.weight)",
    message: 'weight is for SetWeight only: remove it, or set action to SetWeight',
    holds: ({ action, weight }) => action === 'SetWeight' || weight === undefined,
  }),
  ruleFor<RolloutActionSpec>({
    code: 'ECS0903',
    at: ['spec'],
    field: '.rolloutID',
    reason: 'FieldValueRequired',
    cel: "!(self.action in ['Promote', 'PromoteFully', 'SetWeight', 'Retry']) || has(self.rolloutID)",
    message: 'this action is for one rollout: copy its rolloutID from status.services[] of the stack',
    holds: ({ action, rolloutID }) => !ofOneRollout.includes(action) || rolloutID !== undefined,
  }),
  ruleFor<RolloutActionSpec>({
    code: 'ECS0904',
    at: ['spec'],
    field: '.revision',
    reason: 'FieldValueForbidden',
    cel: "self.action == 'Undo' || !has(self.revision)",
    message: 'revision is for Undo only: remove it, or set action to Undo',
    holds: ({ action, revision }) => action === 'Undo' || revision === undefined,
  }),
  changeFor<RolloutActionSpec>({
    code: 'ECS0905',
    at: ['spec'],
    reason: 'FieldValueForbidden',
    cel: 'self == oldSelf',
    message: 'an action is never changed: create another one',
    allows: (self, old) => JSON.stringify(self) === JSON.stringify(old),
  }),
];
