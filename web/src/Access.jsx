/** French words for what became of a field, withheld first: the order of the table. */
const SHOWN = { absent: "introuvable", deny: "retenu", mask: "réduit", none: "vide", allow: "lisible", open: "public" };
const BY_REASON = { NOT_FOUND: "absent", NOT_HELD: "none" };
const kindOf = ({ reason, decision }) => BY_REASON[reason] ?? decision;

/** Beside the answer: errors first, then what was withheld or made coarser, why, and what would show it. */
export function Access({ page, answer, folded, onFold, onRenew }) {
  return (
    <aside className="access" aria-label="Accès">
      <header>
        <h2>Ce qui a été retenu, et pourquoi</h2>
        <button type="button" aria-expanded={!folded} onClick={() => onFold(!folded)}>
          {folded ? "Accès ‹" : "Replier ›"}
        </button>
      </header>
      {folded ? null : <Content page={page} answer={answer} onRenew={onRenew} />}
    </aside>
  );
}

function Content({ page, answer, onRenew }) {
  if (answer === null) {
    return <p className="hint">Lancez la requête (▶ ou Ctrl-Entrée) : chaque champ retenu sera expliqué ici.</p>;
  }
  return (
    <>
      {answer.errors.map((error, index) => (
        <Problem key={index} error={error} onRenew={onRenew} />
      ))}
      {answer.access.length > 0 ? <Entries page={page} entries={answer.access} /> : null}
      {answer.access.length + answer.errors.length === 0 ? <p className="hint">Rien n’a été retenu.</p> : null}
    </>
  );
}

function Problem({ error, onRenew }) {
  const { code, trace } = error.extensions ?? {};
  return (
    <div className="problem" role="alert">
      <p>{error.message}</p>
      {code === "TOKEN_EXPIRED" && onRenew ? (
        <p>
          Les jetons de la démonstration valent douze heures.{" "}
          <button type="button" onClick={onRenew}>
            Renouveler les jetons
          </button>
        </p>
      ) : null}
      <p className="codes">
        {[code, error.path?.join(" › "), trace && `trace ${trace}`].filter(Boolean).join(" · ")}
      </p>
    </div>
  );
}

function Entries({ page, entries }) {
  const ranks = Object.keys(SHOWN);
  const sorted = entries.toSorted((one, two) => ranks.indexOf(kindOf(one)) - ranks.indexOf(kindOf(two)));
  return (
    <>
      <p className="summary">{summary(entries)}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Champ</th>
            <th scope="col">Décision</th>
            <th scope="col">Pourquoi, et que faire</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map((entry, index) => (
            <Entry key={index} page={page} entry={entry} />
          ))}
        </tbody>
      </table>
    </>
  );
}

function Entry({ page, entry }) {
  const kind = kindOf(entry);
  return (
    <tr>
      <td>
        <strong>{entry.path.slice(1).join(" › ") || entry.path[0]}</strong>
        <code>{entry.coordinate}</code>
      </td>
      <td>
        <span className={`badge ${kind}`}>{SHOWN[kind] ?? kind}</span>
      </td>
      <td>
        {entry.message ? <p>{entry.message}</p> : null}
        {entry.note ? <p>{entry.note}</p> : null}
        {entry.instead ? (
          <p>
            À la place : <code>{entry.instead}</code>
          </p>
        ) : null}
        {entry.required ? (
          <p>
            Il se calcule à partir de <code>{entry.required}</code>, qui n’est pas lisible.
          </p>
        ) : null}
        {entry.purposes ? (
          <p>
            Lisible pour :{" "}
            {entry.purposes.map((code) => (
              <span key={code} className="badge purpose" title={page.purposes[code]?.label}>
                {code}
              </span>
            ))}
          </p>
        ) : null}
        {entry.needed && !entry.purposes ? <p>Il faudrait : {entry.needed}.</p> : null}
        <p className="codes">{[entry.reason, ...(entry.rules ?? [])].filter(Boolean).join(" · ")}</p>
      </td>
    </tr>
  );
}

function summary(entries) {
  const count = (kind) => entries.filter((entry) => kindOf(entry) === kind).length;
  const parts = [
    [count("absent"), "introuvable", "introuvables"],
    [count("deny"), "retenu", "retenus"],
    [count("mask"), "réduit", "réduits"],
    [count("none"), "vide", "vides"],
  ];
  const said = parts.filter(([number]) => number > 0).map(([n, one, many]) => `${n} ${n > 1 ? many : one}`);
  return said.length > 0 ? `Parmi les champs demandés : ${said.join(", ")}.` : "Rien n’a été retenu.";
}
