// Rules for helpers/widgets/static and templates: npx eslint@9 helpers/widgets
// Files of static/ are joined before a browser sees them (helpers/widgets/base.py), so each may use the others' names.
const fs = require("node:fs");
const path = require("node:path");

const folder = path.join(__dirname, "helpers", "widgets", "static");
const names = ["BASES", "PALETTE", "HUES", "HUES_ON_DARK", "SIGNS"];
for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".js"))) {
  const text = fs.readFileSync(path.join(folder, file), "utf8");
  for (const [, constants, other] of text.matchAll(/^(?:const ([^;]*?)\s*=|(?:class|function|async function) (\w+))/gm))
    names.push(other ?? constants);
  for (const [line] of text.matchAll(/^const .*$/gm))
    for (const [, more] of line.matchAll(/[,] (\w+) = /g)) names.push(more);
}
const browser = [
  "window",
  "document",
  "console",
  "matchMedia",
  "getComputedStyle",
  "requestAnimationFrame",
  "cancelAnimationFrame",
  "queueMicrotask",
  "setTimeout",
  "clearTimeout",
  "performance",
  "URL",
  "Blob",
  "atob",
  "ImageData",
  "Path2D",
  "AbortController",
  "MutationObserver",
  "ResizeObserver",
  "structuredClone",
  "HTMLElement",
  "Event",
  "CSS",
];

const rules = {
  "array-callback-return": "error",
  "constructor-super": "error",
  eqeqeq: "error",
  "for-direction": "error",
  "getter-return": "error",
  "max-len": ["error", { code: 150, ignoreStrings: true, ignoreTemplateLiterals: true }],
  "max-lines": ["error", 300],
  "no-const-assign": "error",
  "no-dupe-args": "error",
  "no-dupe-class-members": "error",
  "no-dupe-else-if": "error",
  "no-dupe-keys": "error",
  "no-duplicate-case": "error",
  "no-empty": "error",
  "no-eval": "error",
  "no-fallthrough": "error",
  "no-self-assign": "error",
  "no-self-compare": "error",
  "no-undef": "error",
  "no-unreachable": "error",
  "no-unused-private-class-members": "error",
  "no-unused-vars": ["error", { vars: "local", args: "after-used" }],
  "no-useless-return": "error",
  "no-var": "error",
  "prefer-const": "error",
  "use-isnan": "error",
  "valid-typeof": "error",
};
const shared = fs
  .readdirSync(folder)
  .filter((name) => name.endsWith(".js") && !/^export default/m.test(fs.readFileSync(path.join(folder, name), "utf8")));
const globals = Object.fromEntries([...names, ...browser].map((name) => [name, "readonly"]));

module.exports = [
  { files: ["helpers/widgets/**/*.js"], languageOptions: { ecmaVersion: 2023, sourceType: "module", globals }, rules },
  // what a shared part defines, it defines for others: as in a script
  { files: shared.map((name) => `helpers/widgets/static/${name}`), languageOptions: { sourceType: "script" } },
];
