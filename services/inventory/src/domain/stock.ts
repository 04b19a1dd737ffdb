/** How many of one SKU there are: on hand + reserved + shipped = received, and none below zero. */
export type Stock = {
  readonly onHand: number;
  readonly reserved: number;
  readonly shipped: number;
  readonly received: number;
};

/** Movements of one SKU. */
export type StockEvent = {
  readonly type: 'StockReceived' | 'StockReserved' | 'StockReleased' | 'StockShipped';
  readonly data: { readonly sku: string; readonly quantity: number; readonly orderId?: string };
};

/** The stock of a SKU that never came. */
export const noStock: Stock = { onHand: 0, reserved: 0, shipped: 0, received: 0 };

/** More of one SKU than any warehouse holds; sums stay exact far beyond it. */
export const mostStock = 1_000_000_000;

/** The stock after one more movement. */
export function evolveStock(stock: Stock, { type, data: { quantity } }: StockEvent): Stock {
  switch (type) {
    case 'StockReceived':
      return { ...stock, onHand: stock.onHand + quantity, received: stock.received + quantity };
    case 'StockReserved':
      return { ...stock, onHand: stock.onHand - quantity, reserved: stock.reserved + quantity };
    case 'StockReleased':
      return { ...stock, onHand: stock.onHand + quantity, reserved: stock.reserved - quantity };
    case 'StockShipped':
      return { ...stock, reserved: stock.reserved - quantity, shipped: stock.shipped + quantity };
  }
}
