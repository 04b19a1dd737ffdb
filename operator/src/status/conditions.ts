import type { Condition } from '../api/ecommercestack.ts';
import { type ConditionStatus, type ConditionType, conditionReasons, type ReasonOf } from './reasons.ts';

/** The judgement on one condition, before it is compared with what status says already. */
export type Finding = {
  readonly type: ConditionType;
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
};

const messageLimit = 1024;

/** A finding with a reason of the table, which also gives its status. */
export function finding<T extends ConditionType>(type: T, reason: ReasonOf<T>, message: string): Finding {
  // The table's rows are narrower than what indexing by a type parameter can express.
  const row = conditionReasons[type][reason] as { readonly status: ConditionStatus };
  return { type, status: row.status, reason, message: cut(message) };
}

/** Conditions for status: the time of an unchanged status stays, and other writers' conditions stay. */
export function toConditions(
  findings: readonly Finding[],
  previous: readonly Condition[],
  generation: number,
  now: string,
): Condition[] {
  const made = findings.map((found) => {
    const before = previous.find(({ type }) => type === found.type);
    return {
      ...found,
      observedGeneration: generation,
      lastTransitionTime: before?.status === found.status ? before.lastTransitionTime : now,
    };
  });
  return [...made, ...previous.filter(({ type }) => findings.every((found) => found.type !== type))];
}

/** Text that fits a message field; what is cut off is said to be. */
export function cut(text: string, limit: number = messageLimit): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 2)} …`;
}

/** At most `limit` items, then how many more there are. */
export function listed(items: readonly string[], limit = 5): string {
  const shown = items.slice(0, limit).join(', ');
  return items.length <= limit ? shown : `${shown} and ${items.length - limit} more`;
}
