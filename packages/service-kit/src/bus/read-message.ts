import type { MessageOf, MessageTable } from '@ecommercestack/contracts/events/message';
import type { Result } from '../domain/result.ts';
import { Permanent } from '../events/failure.ts';
import type { BusEvent } from './event-bus.ts';

/** The message in an event, checked by its topic's table. Throws Permanent when no version of the contract allows it. */
export function readMessage<Table extends MessageTable>(
  table: Table,
  { type, payload, revision = 1 }: Pick<BusEvent, 'type' | 'payload' | 'revision'>,
): MessageOf<Table> {
  const schema = Object.hasOwn(table, type) ? table[type] : undefined;
  if (schema === undefined) throw new Permanent(`the type ${type} is not known`);
  // A table holds the first revision of each type; a later one may mean something else by the same fields.
  if (revision !== 1) throw new Permanent(`revision ${revision} of ${type} is not known`);
  const parsed = schema.safeParse(payload);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Permanent(`${type}: /${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`);
  }
  // The schema of this very type gave the data.
  return { type, data: parsed.data } as MessageOf<Table>;
}

/** The value of a decision about a message. Throws Permanent: nobody waits for the refusal of a message. */
export function accepted<Value>(result: Result<Value, string>): Value {
  if (result.ok) return result.value;
  const { refusal, detail } = result.refusal;
  throw new Permanent(detail === undefined ? refusal : `${refusal}: ${detail}`);
}
