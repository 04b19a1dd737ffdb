import { z } from 'zod';
import { money } from '../money.ts';
import { pageOf, pageQuery } from '../page.ts';

const slug = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const skuForm = /^[A-Z0-9]+(?:-[A-Z0-9]+)*$/;

/** Id of a product: lower-case letters, digits and dashes. */
export const productId = z.string().max(64).regex(slug);

/** A stock-keeping unit. */
export const sku = z
  .string()
  .max(40)
  .regex(skuForm, 'capital letters, digits and dashes, for example MUG-01');
const categoryField = z.string().max(40).regex(slug, 'lower-case letters, digits and dashes');

/** What a caller may say about a product. Unknown fields are refused. */
export const productDraft = z.strictObject({
  sku: sku.describe('Stock-keeping unit, unique in the catalogue.'),
  name: z.string().trim().min(1).max(120),
  description: z.string().trim().max(4000).default(''),
  category: categoryField,
  price: money,
  image: z
    .string()
    .max(8192)
    .regex(/^(?:data:image\/[a-z+.-]{2,20}[;,]|\/[^/\\])/, 'a data:image/… URI or a path of this host')
    .optional()
    .describe('A data URI or a path of this host; never another host.'),
});

/** A product as it is answered; `version` is also its ETag. */
export const product = productDraft.extend({ id: productId, version: z.int().min(1) });

export const productQuery = pageQuery.extend({
  category: categoryField.optional().describe('Only this category.'),
  sku: sku.optional().describe('Only the product with this SKU.'),
});

export const productPage = pageOf(product);

export type ProductDraft = z.output<typeof productDraft>;
export type Product = z.output<typeof product>;
