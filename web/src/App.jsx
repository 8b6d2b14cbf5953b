import { useEffect, useMemo, useRef, useState } from "react";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL } from "graphiql";
import { Access } from "./Access.jsx";
import { Bar, firstChoice } from "./Bar.jsx";
import { headersOf, makeFetcher, readDemo } from "./hub.js";

const plugins = [{ ...explorerPlugin({ showAttribution: false }), title: "Explorateur" }];
const json = (value) => JSON.stringify(value, null, 2);

/** The page: who asks on top, GraphiQL below, and beside it what the last answer withheld. Nothing is kept in the browser. */
export function App({ page, firstDemo }) {
  const [demo, setDemo] = useState(firstDemo);
  const [choice, setChoice] = useState(() => firstDemo && firstChoice(firstDemo));
  const [answer, setAnswer] = useState(null);
  const [folded, setFolded] = useState(false);
  const headers = choice && headersOf(demo.actors.find(({ name }) => name === choice.actor), choice);
  const current = useRef(headers);
  current.current = headers;
  const fetcher = useMemo(() => makeFetcher(setAnswer, () => current.current ?? {}), []);
  const renew = async () => {
    const renewed = await readDemo();
    if (renewed) setDemo(renewed);
  };

  return (
    <div className={folded ? "page folded" : "page"}>
      <GraphiQL
        fetcher={fetcher}
        storage={null}
        plugins={plugins}
        initialQuery={page.query}
        defaultTabs={[{ query: page.query }, { query: page.live }]}
        initialVariables={json({ id: choice?.person ?? "" })}
        initialHeaders={json(headers ?? { Authorization: "Bearer VOTRE-JETON", Purpose: "suivi", "Schema-View": "all" })}
        defaultEditorToolsVisibility="variables"
        showPersistHeadersSettings={false}
      >
        <GraphiQL.Logo>Réponse</GraphiQL.Logo>
        <SystemScheme />
        <Bar page={page} demo={demo} choice={choice} onChoose={setChoice} />
        <Access page={page} answer={answer} folded={folded} onFold={setFolded} onRenew={demo && renew} />
      </GraphiQL>
    </div>
  );
}

/** Gives the editors the scheme of the system when that changes, unless the settings of the page name one. */
function SystemScheme() {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const follow = () => theme ?? setTheme(null);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}
