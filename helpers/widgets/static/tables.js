// The numbers behind a widget's pictures as tables. helpers/widgets/base.py puts it after common.js.

const LATER = Symbol("names of numbers that a table does not show yet");
const MOST_ROWS = 200, MOST_COLUMNS = 60; // of a table: what a browser shows at once, and a reader reads

/** A number, a word or a truth as a table shows it. */
const shownAs = (value) =>
  typeof value === "number"
    ? (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))).replaceAll("-", MINUS)
    : value === null || value === undefined ? "none" : typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

/** A table with a caption and, down its side, the rows' names; what is too long is cut, and the caption says so. */
function tableOf(caption, columns, rows) {
  const cut = rows.length > MOST_ROWS || columns.length > MOST_COLUMNS;
  const of = cut ? `, of ${rows.length} rows and ${columns.length - 1} columns the first` : "";
  const head = columns.slice(0, MOST_COLUMNS).map((name) => h("th", { scope: "col" }, name));
  const body = rows.slice(0, MOST_ROWS).map(([name, ...cells]) =>
    h("tr", {}, h("th", { scope: "row" }, name), ...cells.slice(0, MOST_COLUMNS - 1).map((value) => h("td", {}, shownAs(value)))),
  );
  return h("table", {}, h("caption", {}, caption + of), h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...body));
}

/**
 * What `numbers()` gives, as tables: single ones under each other, lists of one length side by side, each matrix. What it
 * names under `[LATER]` is to be guessed first.
 */
function tablesOf(numbers) {
  const later = numbers[LATER] ?? [], single = [], lists = new Map(), matrices = [];
  const isList = (value) => Array.isArray(value) || ArrayBuffer.isView(value);
  const sort = (name, value) => {
    if (!isList(value) && value !== null && typeof value === "object") Object.entries(value).forEach(([key, part]) => sort(`${name} ${key}`, part));
    else if (!isList(value)) single.push([name, value]);
    else if (value.length === 0) single.push([name, "none"]);
    else if ([...value].some((part) => isList(part) && [...part].some(isList))) value.forEach((part, i) => sort(`${name} ${i}`, part));
    else if (isList(value[0])) matrices.push([name, value]);
    else lists.set(value.length, [...(lists.get(value.length) ?? []), [name, value]]);
  };
  Object.entries(numbers).forEach(([key, value]) => sort(key.replaceAll("_", " "), later.includes(key) ? "not shown yet" : value));
  const numbered = (count) => Array.from({ length: count }, (_, i) => String(i));
  return [
    ...(single.length ? [tableOf("Single numbers", ["name", "value"], single)] : []),
    ...[...lists].map(([length, all]) =>
      tableOf(all.map(([name]) => name).join(", "), ["number", ...all.map(([name]) => name)], numbered(length).map((i) => [i, ...all.map(([, values]) => values[i])]))),
    ...matrices.map(([name, rows]) => tableOf(name, ["row", ...numbered(Math.max(...rows.map((row) => row.length)))], rows.map((row, i) => [String(i), ...row]))),
  ];
}
