import type { ProductDraft } from '@ecommercestack/contracts/http/product';
import type { DocumentCollection } from '@ecommercestack/service-kit';

type Row = readonly [
  sku: string,
  name: string,
  category: string,
  cents: string,
  hue: number,
  description: string,
];

const rows: readonly Row[] = [
  ['MUG-01', 'Stoneware Mug', 'kitchen', '1450', 18, 'Hand-glazed, 350 ml, safe in the dishwasher.'],
  ['MUG-02', 'Enamel Camping Mug', 'outdoor', '1190', 205, 'Light, unbreakable and at home over a fire.'],
  ['KET-01', 'Gooseneck Kettle', 'kitchen', '6900', 28, 'Pours slowly and exactly; 0.9 litres.'],
  [
    'GRI-01',
    'Hand Coffee Grinder',
    'kitchen',
    '5490',
    32,
    'Steel burrs, forty clicks from espresso to press.',
  ],
  ['BRD-01', 'Olive Wood Board', 'kitchen', '3900', 40, 'One piece of wood, oiled, with a groove for juice.'],
  ['KNF-01', 'Chef Knife 20 cm', 'kitchen', '8900', 210, 'Carbon steel, ground thin, walnut handle.'],
  ['PAN-01', 'Cast Iron Pan', 'kitchen', '4990', 0, 'Seasoned and ready; lasts longer than we do.'],
  ['APR-01', 'Linen Apron', 'kitchen', '3450', 90, 'Washed linen with two deep pockets.'],
  ['NTB-01', 'Dotted Notebook A5', 'desk', '1290', 260, '160 pages that lie flat, 100 g paper.'],
  ['PEN-01', 'Brass Ballpoint Pen', 'desk', '2800', 48, 'Turned from one bar; ages well.'],
  ['LMP-01', 'Desk Lamp', 'desk', '7900', 55, 'Warm to neutral light, no flicker, USB-C.'],
  ['MAT-01', 'Wool Felt Desk Mat', 'desk', '3600', 130, 'Grey merino felt on cork, 80 by 30 cm.'],
  ['CLK-01', 'Quiet Wall Clock', 'home', '4200', 190, 'A sweeping hand that nobody hears.'],
  ['CND-01', 'Beeswax Candles, Four', 'home', '1650', 44, 'Pure beeswax, eight hours each.'],
  ['BLK-01', 'Recycled Wool Blanket', 'home', '6400', 340, 'Soft, heavy, 140 by 200 cm.'],
  ['VAS-01', 'Reed Vase', 'home', '2950', 170, 'Smoked glass for a single branch.'],
  ['PLT-01', 'Self-watering Planter', 'home', '2250', 110, 'Two weeks of water in the wall.'],
  ['TWL-01', 'Waffle Towel Set', 'home', '3850', 200, 'Two large, two small, organic cotton.'],
  ['BAG-01', 'Roll-top Backpack', 'outdoor', '9900', 150, 'Waterproof, 22 litres, laptop sleeve.'],
  ['BTL-01', 'Steel Bottle 750 ml', 'outdoor', '2490', 220, 'Cold for a day, hot for half of one.'],
  ['TNT-01', 'Trail Tarp', 'outdoor', '11900', 100, 'Three by three metres, 480 grams.'],
  ['LNT-01', 'Rechargeable Lantern', 'outdoor', '3990', 60, 'Forty hours of low light, dims to a glow.'],
  ['SCK-01', 'Merino Hiking Socks', 'outdoor', '1890', 10, 'Padded heel, no seam at the toe.'],
  ['MAP-01', 'Waterproof Map Case', 'outdoor', '1590', 180, 'Clear both sides, closes with one hand.'],
];

/** The demo catalogue: the same ids, names, prices and pictures every time. */
export const demoProducts: readonly { id: string; draft: ProductDraft }[] = rows.map(
  ([sku, name, category, minor, hue, description], index) => ({
    id: `00000000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`,
    draft: {
      sku,
      name,
      category,
      description,
      price: { currency: 'EUR', minor },
      image: toPicture(name, hue),
    },
  }),
);

/** Fills an empty catalogue. Replicas that do it together end with one set, because the ids are fixed. */
export async function seedDemo(products: DocumentCollection<ProductDraft>): Promise<number> {
  if (!(await products.isEmpty())) return 0;
  let added = 0;
  for (const { id, draft } of demoProducts)
    if ((await products.insert(id, draft)) !== 'duplicate') added += 1;
  return added;
}

function toPicture(name: string, hue: number): string {
  const initials = name
    .split(' ')
    .slice(0, 2)
    .map((word) => word[0])
    .join('');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop stop-color="hsl(${hue} 55% 82%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 45% 62%)"/></linearGradient></defs><rect width="400" height="300" fill="url(#g)"/><circle cx="200" cy="150" r="84" fill="#fff" fill-opacity=".35"/><text x="200" y="176" font-family="Georgia,serif" font-size="76" text-anchor="middle" fill="hsl(${hue} 45% 26%)">${initials}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
