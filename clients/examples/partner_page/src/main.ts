/** The page: who signs in sees the appointments of a day, and the journey of one person. Nothing is kept in the browser. */

import { bearerTokens, Hub, HubError, Refused } from "spie-hub-client";

import { showAgenda } from "./agenda";
import { byId } from "./elements";
import { comeBack, leave, type Settings } from "./identity";
import { showJourney } from "./journey";
import { isoDay } from "./words";

/** What the page asks for: another purpose opens other data. */
const PURPOSE = "suivi";
const dayInput = byId("day") as HTMLInputElement;

/** Runs one thing that the user asked for, and says how it went. */
async function run(work: () => Promise<string>): Promise<void> {
  const status = byId("status");
  status.textContent = "Chargement…";
  try {
    status.textContent = await work();
  } catch (error) {
    const expired = error instanceof Refused && error.status === 401;
    byId("sign-in").hidden = !expired;
    status.textContent = error instanceof HubError ? error.message : "La connexion a échoué : recommencez.";
  }
}

function start(hub: Hub): void {
  const open = (id: string) =>
    run(async () => {
      await showJourney(hub, id, PURPOSE);
      return "";
    });
  const show = () =>
    run(async () => {
      byId("journey").hidden = true;
      const number = await showAgenda(hub, dayInput.value, PURPOSE, open);
      return number === 0 ? "Aucun rendez-vous à montrer ce jour-là." : `${number} rendez-vous ce jour-là.`;
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
  signIn.addEventListener("click", () => void run(async () => leave(settings).then(() => "")));
  signIn.hidden = false;
  const token = await comeBack(settings);
  if (token === null) return "Connectez-vous pour voir vos rendez-vous.";
  signIn.hidden = true;
  start(new Hub(settings.hub, bearerTokens(() => token)));
  return "";
});
