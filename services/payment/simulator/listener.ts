import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { money } from '@ecommercestack/contracts/money';
import type { Table } from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { PaymentProvider } from '../src/domain/provider.ts';
import type { Operation } from '../src/provider/simulation.ts';

const asked = z.object({
  operation: z.enum(['authorize', 'capture', 'refund', 'void']),
  paymentId: z.string().min(1).max(80),
  amount: money,
  token: z.string().min(1).max(80),
});

/** The HTTP side of the simulated provider: `POST /operations` with an Idempotency-Key, and its ledger to read. */
export function createProviderListener(provider: PaymentProvider, ledger: Table<Operation>): RequestListener {
  return (request, response) => {
    // No answer at all is what a caller sees of a provider that is down or whose answer is lost.
    answer(request, response, provider, ledger).catch(() => response.destroy());
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  provider: PaymentProvider,
  ledger: Table<Operation>,
): Promise<void> {
  if (request.method === 'GET' && request.url === '/health') return send(response, 200, { status: 'alive' });
  if (request.method === 'GET' && request.url === '/operations')
    return send(response, 200, { items: await ledger.list({ limit: 10_000 }) });
  if (request.method !== 'POST' || request.url !== '/operations') return send(response, 404, {});
  const key = request.headers['idempotency-key'];
  const body = asked.safeParse(await json(request).catch(() => undefined));
  if (typeof key !== 'string' || key === '' || !body.success) return send(response, 400, {});
  send(response, 200, await provider.perform({ key, ...body.data }));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
