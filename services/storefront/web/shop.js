const list = document.querySelector('#products');
const status = document.querySelector('#status');
const term = document.querySelector('#term');
const category = document.querySelector('#category');
const shown = [];

/** All products, page by page. */
async function* readCatalogue() {
  let cursor = '';
  do {
    const response = await fetch(`/api/v1/products?limit=100${cursor}`, {
      headers: { accept: 'application/json' },
    });
    if (!response.ok) throw new Error(`the catalogue answers ${response.status}`);
    const page = await response.json();
    yield* page.items;
    cursor = page.nextCursor === null ? undefined : `&cursor=${encodeURIComponent(page.nextCursor)}`;
  } while (cursor !== undefined);
}

/** Minor units as text, exact for every size: digits are moved, never divided. */
function formatPrice({ currency, minor }) {
  const format = new Intl.NumberFormat(undefined, { style: 'currency', currency });
  const places = format.resolvedOptions().maximumFractionDigits;
  const digits = minor.padStart(places + 1, '0');
  return format.format(
    `${digits.slice(0, digits.length - places)}.${digits.slice(digits.length - places) || '0'}`,
  );
}

function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== undefined) made.className = className;
  return made;
}

function show(product) {
  const item = document.createElement('li');
  if (product.image !== undefined) {
    const image = document.createElement('img');
    Object.assign(image, { src: product.image, alt: '', loading: 'lazy', width: 400, height: 300 });
    item.append(image);
  }
  item.append(
    element('h2', product.name),
    element('p', product.description),
    element('p', formatPrice(product.price), 'price'),
  );
  list.append(item);
  const text = `${product.name} ${product.description} ${product.category} ${product.sku}`.toLowerCase();
  shown.push({ item, category: product.category, text });
}

function filter() {
  const words = term.value.toLowerCase().split(/\s+/);
  let count = 0;
  for (const { item, category: own, text } of shown) {
    const fits =
      (category.value === '' || own === category.value) && words.every((word) => text.includes(word));
    item.hidden = !fits;
    if (fits) count += 1;
  }
  status.textContent = count === 1 ? 'One product' : `${count} products`;
}

function offerCategories() {
  for (const name of [...new Set(shown.map((product) => product.category))].toSorted((left, right) =>
    left.localeCompare(right),
  ))
    category.append(new Option(name[0].toUpperCase() + name.slice(1), name));
}

term.addEventListener('input', filter);
category.addEventListener('change', filter);
document.querySelector('#search').addEventListener('submit', (event) => event.preventDefault());

async function listCatalogue() {
  try {
    for await (const product of readCatalogue()) show(product);
    offerCategories();
    filter();
  } catch (error) {
    status.textContent = `The catalogue cannot be shown now (${error.message}). Please try again in a moment.`;
  }
}

void listCatalogue();
