/** Rules over rollouts. */
import type { Canary, ServiceFields } from '../completed.ts';
import { exceeds } from '../quantity.ts';
import { isRe2 } from './re2.ts';
import { count, eachWorkload, type Rule, ruleFor } from './rule.ts';

type Rollout = NonNullable<ServiceFields['rollout']>;
type Rolling = NonNullable<Rollout['rolling']>;
type Steps = NonNullable<Canary['steps']>;
type Hold = Steps[number]['hold'];
type HeaderMatch = NonNullable<Canary['match']>[number]['headers'][string];
type Metric = NonNullable<Canary['analysis']>['metrics'][number];

const isZero = (amount: number | string): boolean => amount === 0 || amount === '0%';

const canaryRules: readonly Rule[] = [
  ruleFor<Canary>({
    code: 'ECS0304',
    at: eachWorkload('.rollout.canary'),
    field: '.steps',
    reason: 'FieldValueRequired',
    cel: 'has(self.steps) || has(self.weight)',
    message:
      'a canary needs steps, or a weight to hold: add steps such as [{weight: 10, hold: {type: Duration, duration: 5m}}]',
    holds: ({ steps, weight }) => count(steps, weight) > 0,
  }),
  ruleFor<Steps>({
    code: 'ECS0305',
    at: eachWorkload('.rollout.canary.steps'),
    cel: 'self.map(step, step.weight).isSorted() && self.all(step, self.filter(other, other.weight == step.weight).size() == 1)',
    message: 'weights must rise from step to step: make each weight larger than the one before',
    holds: (steps) =>
      steps.every((step, index) => index === 0 || step.weight > (steps[index - 1]?.weight ?? -1)),
  }),
  ruleFor<Hold>({
    code: 'ECS0306',
    at: eachWorkload('.rollout.canary.steps[].hold'),
    field: '.duration',
    reason: 'FieldValueRequired',
    cel: "self.type != 'Duration' || has(self.duration)",
    message: 'hold type Duration needs duration, such as 5m',
    holds: ({ type, duration }) => type !== 'Duration' || duration !== undefined,
  }),
  ruleFor<Hold>({
    code: 'ECS0307',
    at: eachWorkload('.rollout.canary.steps[].hold'),
    field: '.duration',
    reason: 'FieldValueForbidden',
    cel: "self.type == 'Duration' || !has(self.duration)",
    message: 'duration is for hold type Duration only: remove it, or set type to Duration',
    holds: ({ type, duration }) => type === 'Duration' || duration === undefined,
  }),
  ruleFor<HeaderMatch>({
    code: 'ECS0308',
    at: eachWorkload('.rollout.canary.match[].headers{}'),
    cel: '[has(self.exact), has(self.prefix), has(self.regex)].filter(given, given).size() == 1',
    message: 'set exactly one of exact, prefix and regex',
    holds: ({ exact, prefix, regex }) => count(exact, prefix, regex) === 1,
  }),
  ruleFor<string>({
    code: 'ECS0312',
    at: eachWorkload('.rollout.canary.match[].headers{}.regex'),
    // An expression that is none makes the rule fail; exists keeps what it says from mattering.
    cel: "[true, false].exists(any, any == ''.matches(self))",
    message: 'is no RE2 expression: it knows no look-around, no reference back and no count above 1000',
    holds: isRe2,
  }),
  ruleFor<Metric>({
    code: 'ECS0309',
    at: eachWorkload('.rollout.canary.analysis.metrics[]'),
    cel: 'has(self.min) || has(self.max)',
    message: 'a metric needs min, max or both to judge its value',
    holds: ({ min, max }) => count(min, max) > 0,
  }),
  ruleFor<Metric>({
    code: 'ECS0310',
    at: eachWorkload('.rollout.canary.analysis.metrics[]'),
    field: '.min',
    cel: '!has(self.min) || !has(self.max) || quantity(string(self.min)).compareTo(quantity(string(self.max))) <= 0',
    message: 'min is above max, so no value could pass: lower min or raise max',
    holds: ({ min, max }) => min === undefined || max === undefined || !exceeds(min, max),
  }),
  ruleFor<Metric>({
    code: 'ECS0313',
    at: eachWorkload('.rollout.canary.analysis.metrics[]'),
    field: '.failBelow',
    cel: '!has(self.failBelow) || (has(self.min) && quantity(string(self.failBelow)).compareTo(quantity(string(self.min))) <= 0)',
    message: 'failBelow needs a min that is not below it: set min, or lower failBelow',
    holds: ({ min, failBelow }) => failBelow === undefined || (min !== undefined && !exceeds(failBelow, min)),
  }),
  ruleFor<Metric>({
    code: 'ECS0314',
    at: eachWorkload('.rollout.canary.analysis.metrics[]'),
    field: '.failAbove',
    cel: '!has(self.failAbove) || (has(self.max) && quantity(string(self.failAbove)).compareTo(quantity(string(self.max))) >= 0)',
    message: 'failAbove needs a max that is not above it: set max, or raise failAbove',
    holds: ({ max, failAbove }) => failAbove === undefined || (max !== undefined && !exceeds(max, failAbove)),
  }),
];

export const rolloutRules: readonly Rule[] = [
  ruleFor<Rollout>({
    code: 'ECS0301',
    at: eachWorkload('.rollout'),
    field: '.canary',
    reason: 'FieldValueRequired',
    cel: "self.strategy != 'Canary' || has(self.canary)",
    message: 'strategy Canary needs canary, with steps or a weight',
    holds: ({ strategy, canary }) => strategy !== 'Canary' || canary !== undefined,
  }),
  ruleFor<Rollout>({
    code: 'ECS0302',
    at: eachWorkload('.rollout'),
    field: '.canary',
    reason: 'FieldValueForbidden',
    cel: "self.strategy == 'Canary' || !has(self.canary)",
    message: 'canary is for strategy Canary only: set strategy to Canary, or remove canary',
    holds: ({ strategy, canary }) => strategy === 'Canary' || canary === undefined,
  }),
  ruleFor<Rollout>({
    code: 'ECS0303',
    at: eachWorkload('.rollout'),
    field: '.rolling',
    reason: 'FieldValueForbidden',
    cel: "self.strategy == 'Rolling' || !has(self.rolling)",
    message: 'rolling is for strategy Rolling only: set strategy to Rolling, or remove rolling',
    holds: ({ strategy, rolling }) => strategy === 'Rolling' || rolling === undefined,
  }),
  ...canaryRules,
  ruleFor<Rolling>({
    code: 'ECS0311',
    at: eachWorkload('.rollout.rolling'),
    field: '.maxUnavailable',
    cel: "!(string(self.maxSurge) in ['0', '0%'] && string(self.maxUnavailable) in ['0', '0%'])",
    message: 'maxSurge and maxUnavailable are both 0, so no pod could ever be replaced: raise one of them',
    holds: ({ maxSurge, maxUnavailable }) => !(isZero(maxSurge) && isZero(maxUnavailable)),
  }),
];
