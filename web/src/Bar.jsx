import { useEffect, useId, useRef } from "react";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { headersOf } from "./hub.js";

const PREFERRED = "suivi";
const VIEWS = [
  ["all", "tout le schéma"],
  ["mine", "mon schéma : ce que cet acteur peut lire"],
];

const ANSWERS = [
  ["once", "une réponse, puis fin"],
  ["live", "requête gardée ouverte (onglet Changes)"],
];

function purposeOf(actor, wanted) {
  return [wanted, PREFERRED].find((purpose) => actor.purposes.includes(purpose)) ?? actor.purposes[0];
}

/** The first actor, following up the first person, before the schema of all. */
export function firstChoice({ actors, persons }) {
  return { actor: actors[0].name, purpose: purposeOf(actors[0]), person: persons[0].id, view: "all", live: false };
}

/** The head of the page: its title and, on the demo, who asks, for what, about whom. */
export function Bar({ page, demo, choice, onChoose }) {
  return (
    <header className="bar">
      <h1>
        <a href="/">Hub SPIE</a> <small>{demo ? "démonstration, personnes fictives" : "explorateur du graphe"}</small>
      </h1>
      {demo ? (
        <Switcher page={page} demo={demo} choice={choice} onChoose={onChoose} />
      ) : (
        <p>
          Collez votre jeton et votre finalité dans l’onglet « En-têtes », puis rechargez le schéma (bouton ⟳) ; avec
          « Schema-View: mine », il se limite à ce que vous pouvez lire ; avec « Accept: text/event-stream », une requête de
          « changes » reste ouverte. Rien de ce que vous saisissez n’est gardé par le navigateur.
        </p>
      )}
      <Rules token={demo?.actors.find(({ name }) => name === choice.actor).token} />
    </header>
  );
}

/** The door of the page of rules, with the token of the chosen actor where there is one. */
function Rules({ token }) {
  return (
    <form className="rules" method={token ? "post" : "get"} action="/policy" target="_blank" rel="noopener">
      {token ? <input type="hidden" name="access_token" value={token} /> : null}
      <button type="submit">Règles d’accès ↗</button>
    </form>
  );
}

/** Lists that write the request's headers and its `id` variable, then ask again. */
function Switcher({ page, demo, choice, onChoose }) {
  const actor = demo.actors.find(({ name }) => name === choice.actor);
  useWritten("headerEditor", headersOf(actor, choice));
  useWritten("variableEditor", { id: choice.person });
  const seen = choice.view === "mine" ? [choice.actor, choice.purpose] : [];
  useAskedAgain(JSON.stringify([actor.token, choice]), JSON.stringify(seen));
  const choose = (change) => onChoose({ ...choice, ...change });
  const chooseActor = (name) => {
    const next = demo.actors.find((each) => each.name === name);
    choose({ actor: name, purpose: purposeOf(next, choice.purpose) });
  };
  return (
    <form className="switcher" onSubmit={(event) => event.preventDefault()}>
      <Choice label="Acteur" value={choice.actor} onChange={chooseActor}>
        {demo.actors.map(({ name, label }) => [name, `${name} — ${label}`])}
      </Choice>
      <Choice label="Finalité" value={choice.purpose} onChange={(purpose) => choose({ purpose })}>
        {actor.purposes.map((purpose) => [purpose, `${purpose} — ${page.purposes[purpose]?.label}`])}
      </Choice>
      <Choice label="Personne" value={choice.person} onChange={(person) => choose({ person })}>
        {demo.persons.map(({ id, about }) => [id, about])}
      </Choice>
      <Choice label="Schéma" value={choice.view} onChange={(view) => choose({ view })}>
        {VIEWS}
      </Choice>
      <Choice label="Écoute" value={choice.live ? "live" : "once"} onChange={(answer) => choose({ live: answer === "live" })}>
        {ANSWERS}
      </Choice>
      <p className="about">
        {actor.about} <span>{page.purposes[choice.purpose]?.legal}.</span>
      </p>
    </form>
  );
}

function Choice({ label, value, onChange, children }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {children.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Keeps these values in one of GraphiQL's JSON editors, beside what the user wrote there. */
function useWritten(name, values) {
  const editor = useGraphiQL((state) => state[name]);
  const text = JSON.stringify(values);
  useEffect(() => {
    if (editor) editor.setValue(JSON.stringify({ ...parsed(editor.getValue()), ...JSON.parse(text) }, null, 2));
  }, [editor, text]);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Asks again when the key changes, first for the schema where that is another one or could not be had. */
function useAskedAgain(key, seen) {
  const { introspect, run, stop } = useGraphiQLActions();
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.responseEditor));
  const schema = useGraphiQL((state) => state.schema);
  const asked = useRef({ key, seen });
  useEffect(() => {
    if (!ready || asked.current.key === key) return;
    if (!schema || asked.current.seen !== seen) introspect();
    asked.current = { key, seen };
    stop();
    run();
  }, [ready, key, seen, schema, introspect, run, stop]);
}
