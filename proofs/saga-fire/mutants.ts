import type { Mutant } from '../mutants/mutant.ts';

/** Bugs of the money path that the proof has to catch. */
export const mutants: readonly Mutant[] = [
  {
    name: 'compensation-forwards',
    sentence: 'The first completed step is compensated first.',
    module: 'services/order/src/domain/step.ts',
    find: 'steps.findLast(',
    replace: 'steps.find(',
  },
  {
    name: 'fresh-keys',
    sentence: 'A question that is asked again goes to the provider under a new key.',
    module: 'services/payment/src/domain/payment.ts',
    find: 'return { operation, key: ',
    replace: 'return { operation, key: Math.random() + ',
  },
  {
    name: 'no-release',
    sentence: 'Items that are released stay reserved.',
    module: 'services/inventory/src/domain/stock.ts',
    find: 'return { ...stock, onHand: stock.onHand + quantity, reserved: stock.reserved - quantity };',
    replace: 'return stock;',
  },
];
