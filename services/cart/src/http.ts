import { refuse, routesWith } from '@ecommercestack/service-kit';
import { z } from 'zod';
import { type Carts, cart } from './carts.ts';

const route = routesWith<Carts>();
const params = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/) });
const notBuilt = async () => refuse('not-implemented', 'carts: only reads are built yet');
const unbuilt = {
  summary: 'Not built yet: changes a cart.',
  answers: {},
  refuses: ['not-implemented'],
} as const;

/** Reads of carts; changing them is not built yet and says so. */
export const cartRoutes = [
  route({
    method: 'get',
    path: '/carts/{id}',
    summary: 'A cart; empty until something is put into it.',
    params,
    answers: { 200: { description: 'The cart.', schema: cart } },
    refuses: [],
    handle: async ({ params: { id } }, carts) => ({ status: 200, body: await carts.get(id) }),
  }),
  route({ method: 'post', path: '/carts', ...unbuilt, handle: notBuilt }),
  route({ method: 'put', path: '/carts/{id}', ...unbuilt, handle: notBuilt }),
  route({ method: 'patch', path: '/carts/{id}', ...unbuilt, handle: notBuilt }),
  route({ method: 'delete', path: '/carts/{id}', ...unbuilt, handle: notBuilt }),
];
