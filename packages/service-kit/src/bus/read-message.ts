import type { MessageOf, MessageTable } from '@ecommercestack/contracts/events/message';
import type { BusEvent } from './event-bus.ts';

/** A message that no version of its contract allows; handling it again cannot help. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** The message in an event, checked by its topic's table. Throws MalformedMessage. */
export function readMessage<Table extends MessageTable>(
  table: Table,
  { type, payload }: Pick<BusEvent, 'type' | 'payload'>,
): MessageOf<Table> {
  const schema = Object.hasOwn(table, type) ? table[type] : undefined;
  if (schema === undefined) throw new MalformedMessage(`the type ${type} is not known`);
  const parsed = schema.safeParse(payload);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new MalformedMessage(`${type}: /${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`);
  }
  // The schema of this very type gave the data.
  return { type, data: parsed.data } as MessageOf<Table>;
}
