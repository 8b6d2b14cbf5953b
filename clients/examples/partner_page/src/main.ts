/** The page: who signs in sees the appointments of a day, and the journey of one person. Nothing is kept in the browser. */

import { bearerTokens, Hub, HubError, Refused } from "spie-hub-client";

import { agenda } from "./agenda";
import { byId } from "./elements";
import { comeBack, leave, type Settings } from "./identity";
import { journey } from "./journey";
import { isoDay } from "./words";

/** What the page asks for: another purpose opens other data. */
const PURPOSE = "suivi";
const dayInput = byId("day") as HTMLInputElement;

/** What shows an answer on the page, and says how it went. */
type Show = () => string;
let latest = 0;

/** Runs one thing that the user asked for, and shows its answer, unless the user asked for another one meanwhile. */
async function run(work: () => Promise<Show>): Promise<void> {
  const number = ++latest;
  const status = byId("status");
  status.textContent = "Chargement…";
  try {
    const show = await work();
    if (number === latest) status.textContent = show();
  } catch (error) {
    if (number !== latest) return;
    const expired = error instanceof Refused && error.status === 401;
    byId("sign-in").hidden = !expired;
    status.textContent = error instanceof HubError ? error.message : "La connexion a échoué : recommencez.";
  }
}

function start(hub: Hub): void {
  const open = (id: string) =>
    run(async () => {
      const show = await journey(hub, id, PURPOSE);
      return () => {
        show();
        return "";
      };
    });
  const show = () =>
    run(async () => {
      byId("journey").hidden = true;
      const show = await agenda(hub, dayInput.value, PURPOSE, open);
      return () => {
        const count = show();
        return count === 0 ? "Aucun rendez-vous à montrer ce jour-là." : `${count} rendez-vous ce jour-là.`;
      };
    });
  byId("day-form").addEventListener("submit", (event) => {
    event.preventDefault();
    void show();
  });
  byId("agenda").hidden = false;
  void show();
}

dayInput.value = isoDay(new Date());
void run(async () => {
  const settings = (await (await fetch("/settings.json")).json()) as Settings;
  const signIn = byId("sign-in");
  signIn.addEventListener("click", () => void run(async () => leave(settings).then(() => () => "")));
  signIn.hidden = false;
  const token = await comeBack(settings);
  if (token === null) return () => "Connectez-vous pour voir vos rendez-vous.";
  signIn.hidden = true;
  start(new Hub(settings.hub, bearerTokens(() => token)));
  return () => "";
});
