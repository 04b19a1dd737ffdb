import { type Product, type ProductDraft, productDraft } from '@ecommercestack/contracts/http/product';
import type { Page } from '@ecommercestack/contracts/page';
import {
  type DocumentCollection,
  type DocumentStore,
  type Ids,
  ok,
  parseCursor,
  type Result,
  refused,
  type Stored,
  toPage,
} from '@ecommercestack/service-kit';
import type { ProductRefusal } from './refusals.ts';

export type Listing = { limit: number; cursor?: string; category?: string; sku?: string };

/** The version a caller has seen, or `any` for one who does not mind which. */
export type Expected = number | 'any';

export type Catalogue = {
  readonly list: (listing: Listing) => Promise<Result<Page<Product>, ProductRefusal>>;
  readonly get: (id: string) => Promise<Result<Product, ProductRefusal>>;
  readonly add: (draft: ProductDraft) => Promise<Result<Product, ProductRefusal>>;
  readonly replace: (
    id: string,
    expected: Expected,
    draft: ProductDraft,
  ) => Promise<Result<Product, ProductRefusal>>;
  readonly remove: (id: string, expected: Expected) => Promise<Result<undefined, ProductRefusal>>;
};

/** Opens the products of a document store and makes their indexes. */
export async function openProducts(documents: DocumentStore): Promise<DocumentCollection<ProductDraft>> {
  return documents.collection({
    name: 'products',
    schema: productDraft,
    unique: ['sku'],
    indexes: ['category'],
  });
}

/** The catalogue over its products. Writes are guarded by version: of two that saw the same one, one wins. */
export function createCatalogue(products: DocumentCollection<ProductDraft>, ids: Ids): Catalogue {
  const versionOf = async (id: string, expected: Expected): Promise<number | undefined> =>
    expected === 'any' ? (await products.get(id))?.version : expected;
  return {
    list: (listing) => list(products, listing),
    get: async (id) => {
      const stored = await products.get(id);
      return stored === undefined ? refused('not-found') : ok(toProduct(stored));
    },
    add: async (draft) => {
      const stored = await products.insert(ids.next(), draft);
      return stored === 'duplicate' ? refused('sku-taken') : ok(toProduct(stored));
    },
    replace: async (id, expected, draft) => {
      const version = await versionOf(id, expected);
      if (version === undefined) return refused('not-found');
      const stored = await products.replace(id, version, draft);
      if (stored === 'missing') return refused('not-found');
      if (stored === 'stale') return refused('precondition-failed');
      return stored === 'duplicate' ? refused('sku-taken') : ok(toProduct(stored));
    },
    remove: async (id, expected) => {
      const version = await versionOf(id, expected);
      if (version === undefined) return refused('not-found');
      const outcome = await products.remove(id, version);
      if (outcome === 'missing') return refused('not-found');
      return outcome === 'stale' ? refused('precondition-failed') : ok(undefined);
    },
  };
}

async function list(
  products: DocumentCollection<ProductDraft>,
  { limit, cursor, category, sku }: Listing,
): Promise<Result<Page<Product>, ProductRefusal>> {
  const after = cursor === undefined ? undefined : parseCursor(cursor);
  if (cursor !== undefined && after === undefined) return refused('bad-request', 'cursor is not one of ours');
  const where = { ...(category === undefined ? {} : { category }), ...(sku === undefined ? {} : { sku }) };
  const rows = await products.list({ where, limit: limit + 1, ...(after === undefined ? {} : { after }) });
  return ok(toPage(rows, limit, (row) => row.id, toProduct));
}

function toProduct({ id, version, value }: Stored<ProductDraft>): Product {
  return { id, version, ...value };
}
