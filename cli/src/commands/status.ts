import type { Request } from '../arguments.ts';
import { type Connection, connect } from '../connection.ts';
import { type ExitCode, exitCodes, notFound } from '../exit.ts';
import { readPicture, readStack, readStacks } from '../picture.ts';
import { structured, type Terminal } from '../terminal.ts';
import { type StackView, stackView } from '../view/stack.ts';
import { treeOf } from '../view/tree.ts';
import { wideOf } from '../view/wide.ts';
import { follow } from '../watching.ts';

type Form = 'tree' | 'wide' | 'json' | 'yaml';

/** `status [NAME] [SERVICE]`: healthy when every stack that is shown is Ready. */
export async function status(request: Request, terminal: Terminal): Promise<ExitCode> {
  const connection = await connect(request);
  const form = (request.get('output') ?? 'tree') as Form; // one of the values of the flag, which parsing checked
  const read = () => views(request, connection);
  if (request.has('watch')) {
    return await follow(connection, { everywhere: request.has('all-namespaces') }, terminal, {
      read,
      compact: form === 'json' || form === 'yaml',
      print: (seen) =>
        form === 'json' ? `${JSON.stringify(shape(request, seen))}\n` : print(request, form, seen, terminal),
    });
  }
  const seen = await read();
  terminal.out(print(request, form, seen, terminal));
  return healthOf(seen);
}

async function views(request: Request, connection: Connection): Promise<StackView[]> {
  const [name, service] = request.operands;
  const everywhere = request.has('all-namespaces');
  const stacks =
    name !== undefined && !everywhere
      ? [await readStack(connection, name)]
      : (await readStacks(connection, everywhere)).filter(
          ({ metadata }) => name === undefined || metadata.name === name,
        );
  if (stacks.length === 0) {
    throw notFound(
      everywhere
        ? 'there is no such EcommerceStack'
        : `there is no EcommerceStack in namespace ${connection.namespace}`,
    );
  }
  const pictures = await Promise.all(stacks.map((stack) => readPicture(connection, stack)));
  const seen = pictures.map((picture) => stackView(picture, Date.now()));
  return service === undefined ? seen : seen.map((view) => onlyService(view, service));
}

/** The view of one service of a stack: what is said of the stack itself stays. */
function onlyService(view: StackView, service: string): StackView {
  const services = view.services.filter(({ name }) => name === service);
  if (services.length === 0) throw notFound(`${view.name} has no service ${service}`);
  return { ...view, services, stores: [], pending: view.pending.filter(({ target }) => target === service) };
}

/** One stack that was named is printed as itself, others as a list. */
function shape(request: Request, seen: readonly StackView[]): unknown {
  return request.operands.length > 0 && seen.length === 1 ? seen[0] : { items: seen };
}

function print(request: Request, form: Form, seen: readonly StackView[], terminal: Terminal): string {
  if (form === 'json' || form === 'yaml') return structured(form, shape(request, seen));
  const lines =
    form === 'wide'
      ? wideOf(seen)
      : seen.flatMap((view, index) => [...(index === 0 ? [] : ['']), ...treeOf(view, terminal.paint)]);
  return `${lines.join('\n')}\n`;
}

/** Healthy is a stack that is Ready for the specification as it is now. */
export function healthOf(seen: readonly StackView[]): ExitCode {
  return seen.every(({ ready, current }) => ready === 'True' && current)
    ? exitCodes.healthy
    : exitCodes.degraded;
}
