import type { Product } from '@ecommercestack/contracts/http/product';
import {
  product,
  productDraft,
  productId,
  productPage,
  productQuery,
} from '@ecommercestack/contracts/http/product';
import {
  type Answer,
  isNotModified,
  parseIfMatch,
  type Refusal,
  refuse,
  routesWith,
  toEtag,
} from '@ecommercestack/service-kit';
import { z } from 'zod';
import type { Catalogue, Expected } from './catalogue.ts';

const route = routesWith<Catalogue>();
const params = z.strictObject({ id: productId });

/** The HTTP side of the catalogue. */
export const productRoutes = [
  route({
    method: 'get',
    path: '/products',
    summary: 'A page of products in id order, of one category or with one SKU when asked.',
    query: productQuery,
    answers: { 200: { description: 'A page.', schema: productPage } },
    refuses: [],
    handle: async ({ query }, catalogue) => {
      const found = await catalogue.list(query);
      return found.ok ? { status: 200, body: found.value } : found.refusal;
    },
  }),
  route({
    method: 'get',
    path: '/products/{id}',
    summary: 'One product, with its version as ETag.',
    params,
    answers: { 200: { description: 'The product.', schema: product }, 304: { description: 'Not changed.' } },
    refuses: ['not-found'],
    handle: async ({ params: { id }, headers }, catalogue) => {
      const found = await catalogue.get(id);
      if (!found.ok) return found.refusal;
      if (isNotModified(headers['if-none-match'], found.value.version))
        return { status: 304, headers: { etag: toEtag(found.value.version) } };
      return showing(200, found.value);
    },
  }),
  route({
    method: 'post',
    path: '/products',
    summary: 'Adds a product.',
    body: productDraft,
    answers: {
      201: { description: 'Added; Location and ETag tell where and which version.', schema: product },
    },
    refuses: ['sku-taken'],
    handle: async ({ body }, catalogue) => {
      const added = await catalogue.add(body);
      return added.ok
        ? showing(201, added.value, { location: `/products/${added.value.id}` })
        : added.refusal;
    },
  }),
  route({
    method: 'put',
    path: '/products/{id}',
    summary: 'Replaces a product whose version If-Match names.',
    params,
    body: productDraft,
    answers: { 200: { description: 'The new version.', schema: product } },
    refuses: ['not-found', 'sku-taken', 'precondition-failed', 'precondition-required', 'malformed-if-match'],
    handle: async ({ params: { id }, body, headers }, catalogue) => {
      const expected = readExpected(headers['if-match']);
      if (typeof expected === 'object') return expected;
      const replaced = await catalogue.replace(id, expected, body);
      return replaced.ok ? showing(200, replaced.value) : replaced.refusal;
    },
  }),
  route({
    method: 'delete',
    path: '/products/{id}',
    summary: 'Removes a product whose version If-Match names.',
    params,
    answers: { 204: { description: 'Removed.' } },
    refuses: ['not-found', 'precondition-failed', 'precondition-required', 'malformed-if-match'],
    handle: async ({ params: { id }, headers }, catalogue) => {
      const expected = readExpected(headers['if-match']);
      if (typeof expected === 'object') return expected;
      const removed = await catalogue.remove(id, expected);
      return removed.ok ? { status: 204 } : removed.refusal;
    },
  }),
];

function showing(status: number, found: Product, headers: Record<string, string> = {}): Answer {
  return { status, body: found, headers: { ...headers, etag: toEtag(found.version) } };
}

function readExpected(ifMatch: string | undefined): Expected | Refusal {
  const expected = parseIfMatch(ifMatch);
  if (expected === 'absent')
    return refuse('precondition-required', 'send If-Match with the ETag of the version you have read');
  return expected === 'malformed' ? refuse('malformed-if-match') : expected;
}
