// A table to compare by: columns sort, the best is marked, all of it can be copied. Everything typed
// by people is textContent.
const element = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
};

// How each table is sorted now, over the page's reruns.
const SORTED = new WeakMap();

const plain = ({ text, note }) => note ? `${text} (${note})` : text;

// What cannot be sorted stays at the end, whichever way.
function inOrder(rows, sorted) {
  if (!sorted) return rows;
  const { column, down } = sorted;
  const worth = (row) => row[column].sort ?? null;
  const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
  return [...rows].sort((a, b) => {
    const [x, y] = [worth(a), worth(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    return down ? compare(y, x) : compare(x, y);
  });
}

function cellOf(cell, header) {
  const made = element(header ? "th" : "td", [cell.number && "number", cell.best && "best", cell.mark && "mark"].filter(Boolean).join(" "));
  if (header) made.scope = "row";
  const line = element("span", "yard-line");
  if (cell.colour) {
    const swatch = element("i", "yard-swatch");
    swatch.style.color = cell.colour;
    swatch.dataset.dash = cell.dash ?? "solid";
    line.append(swatch);
  }
  if (cell.best) {
    const star = element("span", "yard-star", "★");
    star.setAttribute("role", "img");
    star.setAttribute("aria-label", "best");
    line.append(star);
  }
  const text = element(cell.link ? "a" : "span", "yard-text", cell.text);
  if (cell.link) text.href = cell.link;
  text.title = cell.help || (cell.text.length > 28 ? cell.text : "");
  line.append(text);
  made.append(line);
  if (cell.note) made.append(element("small", "", cell.note));
  return made;
}

function headOf(column, index, sorted, sort) {
  const made = element("th", column.number ? "number" : "");
  made.scope = "col";
  const label = element(sort ? "button" : "span", "yard-sort", column.title);
  if (sort) {
    label.type = "button";
    label.addEventListener("click", () => sort(index));
    const here = sorted?.column === index;
    made.setAttribute("aria-sort", here ? (sorted.down ? "descending" : "ascending") : "none");
  }
  label.title = column.help || column.title;
  const line = element("span", "yard-line");
  if (column.colour) {
    const swatch = element("i", "yard-swatch");
    swatch.style.color = column.colour;
    swatch.dataset.dash = column.dash ?? "solid";
    line.append(swatch);
  }
  line.append(label);
  made.append(line);
  return made;
}

// As a spreadsheet takes it: tabs between the cells.
async function copy(data, rows, button) {
  const lines = [data.columns.map(({ title }) => title), ...rows.map((row) => row.map(plain))];
  const text = lines.map((line) => line.map((cell) => cell.replace(/[\t\n]/g, " ")).join("\t")).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser does not allow copying here";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
}

export default function ({ data, parentElement }) {
  const host = parentElement.querySelector(".yard-sheet");
  const draw = () => {
    const sorted = SORTED.get(host);
    const rows = inOrder(data.rows, sorted);
    const sort = (column) => {
      const again = sorted?.column === column;
      // First the way that puts the best on top, then the other one, then as it was.
      const first = data.columns[column].falls ? false : Boolean(data.columns[column].number);
      if (again && sorted.down !== first) SORTED.delete(host);
      else SORTED.set(host, { column, down: again ? !first : first });
      draw();
      host.querySelectorAll("thead .yard-sort")[column]?.focus();
    };
    const head = element("tr");
    head.append(...data.columns.map((column, i) => headOf(column, i, sorted, data.sorts && sort)));
    const body = element("tbody");
    for (const row of rows) {
      const line = element("tr");
      line.append(...row.map((cell, i) => cellOf(cell, i === 0)));
      body.append(line);
    }
    const thead = element("thead");
    thead.append(head);
    const table = element("table");
    table.append(thead, body);
    const scroller = element("div", "yard-scroller");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", data.label);
    scroller.append(table);
    const button = element("button", "yard-copy", "Copy");
    button.type = "button";
    button.title = `Copy ${data.label} for a spreadsheet`;
    button.addEventListener("click", () => copy(data, rows, button));
    const [left, top] = [host.querySelector(".yard-scroller")?.scrollLeft ?? 0, host.querySelector(".yard-scroller")?.scrollTop ?? 0];
    host.replaceChildren(scroller, button);
    scroller.scrollTo(left, top);
  };
  draw();
}
