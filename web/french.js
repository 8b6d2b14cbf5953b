import { readFileSync } from "node:fs";

const TEXTS = JSON.parse(readFileSync(new URL("french.json", import.meta.url), "utf8"));

const MONACO_TEXTS = "/node_modules/monaco-editor/esm/vs/nls.js";
const MONACO_WORDS = JSON.parse(readFileSync(new URL("french-monaco.json", import.meta.url), "utf8"));
const FORMAT = "function _format(message, args) {";

/** Monaco keeps translations for another build than this one: its texts are looked up by their English, the others stay. */
function withMonacoWords(code, build) {
  if (!code.includes(FORMAT)) build.error("nls.js de Monaco n'est plus ce que french.js attend");
  const looked = `function _format(english, args) {\n const message = WORDS[english] ?? english;`;
  return `const WORDS = ${JSON.stringify(MONACO_WORDS)};\n${code.replace(FORMAT, looked)}`;
}

/** Writes GraphiQL's own words in French, since it has no translations: each where its package writes it. A text that is no longer there fails the build. */
export function french() {
  const unmet = new Set(Object.keys(TEXTS));
  return {
    name: "french",
    enforce: "pre",
    transform(code, id) {
      const path = id.split("?")[0];
      if (path.endsWith(MONACO_TEXTS)) return { code: withMonacoWords(code, this), map: null };
      const file = Object.keys(TEXTS).find((name) => path.endsWith(`/node_modules/${name}`));
      if (file === undefined) return null;
      unmet.delete(file);
      let translated = code;
      for (const [text, words] of Object.entries(TEXTS[file])) {
        if (!translated.includes(text)) this.error(`« ${text} » n'est plus dans ${file} : revoyez french.json`);
        translated = translated.replaceAll(text, words);
      }
      return { code: translated, map: null };
    },
    buildEnd() {
      if (unmet.size > 0) this.error(`Fichiers que la page ne charge plus : ${[...unmet].join(", ")}`);
    },
  };
}
